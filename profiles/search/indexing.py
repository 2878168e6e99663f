"""Keeping the index: after a save, anew, and what is done once an answer is on its way."""

import hashlib
import threading
from importlib.metadata import version
from pathlib import Path

from django.db import DatabaseError

from profiles.files import documents
from profiles.models import KINDS, OfProgramme, key_of_whole, part_model
from profiles.search import contents, keys, questions, store
from profiles.translation import CONTENT_LANGUAGES

# Letters of texts and files that are indexed before the answer to a save; they take some 50 ms.
AT_ONCE = 20_000
# What waits until the answer is on its way, in each thread of the server.
waiting = threading.local()


def index(kind, key):
    """The entry as it is stored now; long texts and what hangs on it after a request's answer."""
    entry = contents.entry_of(kind, key)
    if entry is None or not store.is_supported():
        return
    is_long = contents.size_of_texts(entry) > AT_ONCE
    is_later = getattr(waiting, "is_request", False)
    put_off = is_long and is_later
    store.put([contents.document_of(entry, is_whole=not put_off)], is_pending=put_off)
    later = [(kind, key)] if put_off else []
    later += tied_to(entry)
    if is_later:
        waiting.entries |= set(later)
    else:
        put_in_portions(later)


def tied_to(entry):
    """(kind, key) of what is found by this programme's title too."""
    if not entry.is_programme:
        return []
    return [
        (slug, key)
        for slug, kind in KINDS.items()
        if issubclass(kind, OfProgramme)
        for key in kind._base_manager.filter(programme=entry.pk).values_list("pk", flat=True)
    ]


def documents_of(kinds_and_keys):
    entries = (contents.entry_of(kind, key) for kind, key in kinds_and_keys)
    return [contents.document_of(entry) for entry in entries if entry is not None]


def index_all(entries):
    """Many that were stored at once: after the answer, where there is one to wait for."""
    if not store.is_supported():
        return
    stored = [(entry.kind_slug, entry.pk) for entry in entries]
    if getattr(waiting, "is_request", False):
        store.mark_pending(stored)
        waiting.entries |= set(stored)
    else:
        put_in_portions(stored)


def put_in_portions(kinds_and_keys):
    """Between the portions others can write."""
    for portion in batched_by_portion(kinds_and_keys):
        # Before the transaction, in which other writers would wait for the stemmer.
        store.put(documents_of(portion))


def forget(kind, key):
    """`kind` as in KINDS, `key` as the entry's primary key was."""
    if store.is_supported():
        store.remove(kind, key)


# After the answer


def begin_request(**kwargs):
    waiting.is_request, waiting.entries, waiting.is_lost = True, set(), False


def end_request(**kwargs):
    """Index what was put off. Whoever is stopped before leaves rows behind that say so."""
    waiting.is_request = False
    left, waiting.entries = getattr(waiting, "entries", set()), set()
    try:
        if getattr(waiting, "is_lost", False):
            rebuild()
        elif left:
            finish(left)
    except DatabaseError:  # of no use to whoever got the answer; the next start sees it
        return


def finish(entries=()):
    """Index these entries whole, and all that were put off."""
    put_in_portions({*entries, *store.pending()})


def put_off_rebuild():
    """Whether the index is made anew after this request's answer, as it would take too long now."""
    if not getattr(waiting, "is_request", False) or number_of_entries() <= store.PORTION:
        return False
    waiting.is_lost = True
    return True


# Anew


def rebuild(progress=lambda steps, _number: steps):
    """Make the whole index anew; the number of entries in it.

    In portions, between which others can write; until the last is there it counts as stale.
    `progress(steps, number)` may show how far it has come.
    """
    if not store.is_supported():
        return 0
    divide_into_pages()
    store.clear()
    everything = progress(kinds_and_keys(), number_of_entries())
    number = 0
    for portion in batched_by_portion(everything):
        done = documents_of(portion)
        store.put(done)  # somebody may have saved and indexed one of them meanwhile
        number += len(done)
    store.set_scheme(scheme())
    return number


def batched_by_portion(steps):
    portion = []
    for step in steps:
        portion.append(step)
        if len(portion) == store.PORTION:
            yield portion
            portion = []
    yield portion


def kinds_and_keys():
    for slug, model in KINDS.items():
        for key in model._base_manager.order_by("pk").values_list("pk", flat=True):
            yield slug, key


def number_of_entries():
    return sum(model._base_manager.count() for model in KINDS.values())


def divide_into_pages():
    """Read the PDFs again whose text was kept in one piece by an earlier version."""
    models = {part_model(kind, relation) for kind in KINDS.values() for relation in kind.parts}
    for model in models:
        if hasattr(model, "page_count"):
            files = model._base_manager
            for file in files.filter(page_count__gt=1).exclude(text="").iterator(chunk_size=1):
                if contents.FORM_FEED not in file.text:
                    divide(file, files)


def divide(file, files):
    try:
        with file.file.open() as content:
            text = documents.read(content).text
    except OSError:  # somebody removed it from the disk
        return
    files.filter(pk=file.pk).update(text=text)


def scheme():
    """Changes whenever the same words may get other keys, so that no old index is asked."""
    modules = (keys, contents, store, questions)
    made_of = [Path(module.__file__).read_bytes() for module in modules]
    made_of += [version("snowballstemmer").encode(), repr(list(CONTENT_LANGUAGES)).encode()]
    return hashlib.sha256(b"\0".join(made_of)).hexdigest()


def is_of_this_version():
    return store.scheme() == scheme()


def rebuild_if_stale():
    """After an update, a restored backup or an import that made entries without saving each."""
    if not store.is_supported():
        return
    if not is_of_this_version() or store.contents() != set(kinds_and_keys()):
        rebuild()
    else:
        finish()


def whole_of(part):
    """(kind, key) of the entry that a part belongs to; None of what is no entry's."""
    keys_by_kind = (
        (slug, key_of_whole(part, relation, kind))
        for slug, kind in KINDS.items()
        for relation in kind.parts
        if part_model(kind, relation) is type(part)
    )
    return next((found for found in keys_by_kind if found[1]), None)
