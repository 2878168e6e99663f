"""Stores the same few contents at the moment when they become old enough to be swept."""

import time

from django.core.files.base import ContentFile
from django.db import transaction

from profiles.models import Paper, PaperFile
from tests.builders import a_pdf

paper = Paper.objects.first()
for number in range(24):
    content = a_pdf(f"({number % 3}) Tj".encode())
    with transaction.atomic():
        kept = PaperFile.objects.create(paper=paper, file=ContentFile(content, "note.pdf"))
    with kept.file.open() as file:
        assert file.read() == content
    time.sleep(0.05)
    kept.delete()
    time.sleep(0.25 + number % 5 * 0.03)
print("stored 24 times")
