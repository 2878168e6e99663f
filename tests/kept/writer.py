"""Somebody who saves papers with files, one after the other, until the process is ended."""

import sys

from django.core.files.base import ContentFile

from profiles.editing import history
from profiles.models import Paper, PaperFile
from tests.builders import a_pdf

number = 0
while True:
    number += 1
    title = f"Note {sys.argv[1]} {number}"
    with history.revision():
        paper = Paper.objects.create(title_fr=title, title_en="", is_draft=False)
        content = a_pdf(f"({title}) Tj".encode())
        PaperFile.objects.create(paper=paper, file=ContentFile(content, "note.pdf"))
        paper.title_en = title
        paper.save()
    if number == 1:
        print("writes", flush=True)
