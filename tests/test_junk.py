"""Junk in every field and every two fields of every form is answered with the form, never a 500.

The fields are taken from the forms themselves, so that a new one is tried too.
"""

from itertools import combinations

import pytest
from django.contrib.admin import site
from django.core.files.uploadedfile import SimpleUploadedFile

from profiles.models import KINDS, Organisation
from tests.builders import filled

NOUNS = {noun._meta.model_name: noun for noun in (Organisation, *KINDS.values())}
# Some of it may be read in some fields: what stands beside it is then compared with it.
JUNK = ["bientôt", "2019", "2016-13", "9" * 30, "1er juin 2016 8h", "-1", "a\0b", "🙂" * 400]
JUNK += ["<p>" * 50, "٢٠١٦", "31/12/9999 24h"]
HIDDEN = ["files-TOTAL_FORMS", "files-INITIAL_FORMS", "files-0-id", "files-0-paper", "_seen"]


def opened(client, name):
    """The empty form, and what a browser would send of it with a title."""
    answer = client.get(f"/admin/profiles/{name}/add/")
    fields = filled(answer, title_fr="Note", name_fr="Note", _publish="1")
    return answer.context["adminform"].form, {name: value for name, value in fields.items() if name}


def inputs_of(form, fields):
    """The names of all inputs, those of files too."""
    return [*filter(None, fields), *file_inputs_of(form)]


def file_inputs_of(form):
    return [name for name, field in form.fields.items() if field.widget.needs_multipart_form]


def junk_for(name, number):
    # A large number of rows is no junk; what counts them gets a word.
    return "bientôt" if name.endswith("_FORMS") else JUNK[number % len(JUNK)]


def a_fake():
    return SimpleUploadedFile("a.jpg", b"no picture and no document")


@pytest.mark.fuzz
@pytest.mark.parametrize("name", NOUNS)
def test_junk_in_any_field_is_answered_with_the_form(staff_client, imrap, name):
    form, fields = opened(staff_client, name)
    for number, field in enumerate([*inputs_of(form, fields), *HIDDEN]):
        also = a_fake() if field in file_inputs_of(form) else junk_for(field, number + 4)
        for junk in (junk_for(field, number), also):
            answer = staff_client.post(f"/admin/profiles/{name}/add/", {**fields, field: junk})
            assert answer.status_code in (200, 302), (field, junk)


@pytest.mark.fuzz
@pytest.mark.parametrize("name", NOUNS)
def test_junk_in_any_two_fields_is_judged(staff_client, imrap, name):
    form, fields = opened(staff_client, name)
    request = staff_client.get(f"/admin/profiles/{name}/add/").wsgi_request
    form_class = site.get_model_admin(NOUNS[name]).get_form(request, None, change=False)
    for number, (one, other) in enumerate(combinations(inputs_of(form, fields), 2)):
        junk = {one: junk_for(one, number), other: junk_for(other, number + 1 + number % 7)}
        files = {field: a_fake() for field in file_inputs_of(form) if field in junk}
        assert form_class({**fields, **junk}, files).is_valid() in (True, False), junk


@pytest.mark.fuzz
@pytest.mark.parametrize("name", NOUNS)
def test_junk_on_top_of_a_colleagues_save_is_answered_with_the_form(
    staff_client, moussa, imrap, name
):
    _form, fields = opened(staff_client, name)
    staff_client.post(f"/admin/profiles/{name}/add/", fields)
    address = f"/admin/profiles/{name}/{NOUNS[name].objects.last().pk}/change/"
    answer = staff_client.get(address)
    mine, form = filled(answer, slug=""), answer.context["adminform"].form
    moussa.post(address, {**mine, "title_fr": "Titre de Moussa", "name_fr": "Nom de Moussa"})
    for number, field in enumerate(inputs_of(form, mine)[::3]):
        answer = staff_client.post(address, {**mine, field: junk_for(field, number)})
        assert answer.status_code in (200, 302), field
        assert answer.status_code == 200 or field == "_seen", field
