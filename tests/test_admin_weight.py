"""What staff wait for on a slow line: all that a browser fetches of a screen, as it is sent."""

import pytest
from django.core.files.base import ContentFile

from profiles.models import Video
from tests.builders import a_copy_served, content_of, photograph


@pytest.fixture
def stored(imrap, add_paper):
    """A paper and a film with pictures, a formatted text and remarks."""
    fields = {"image_alt_fr": "Deux anciens", "body_fr": "<h3>Paix</h3>" + 20 * "<p>Ménaka</p>"}
    paper = add_paper("Rapport", image=ContentFile(content_of(photograph()), "a.jpg"), **fields)
    video = Video.objects.create(organisation=imrap, title_fr="Portraits", slug="film", **fields)
    return {"paper": paper, "video": video}


@pytest.fixture
def fetched(new_context, staff_client, stored, tmp_path):
    """A function: the bytes that a fresh browser, or the same one again, fetches of a screen."""
    with a_copy_served(tmp_path) as (port, _database):
        site = f"http://127.0.0.1:{port}"
        context = new_context(locale="fr-FR")
        key = staff_client.cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": key, "url": site}])
        page = context.new_page()
        browser = context.new_cdp_session(page)
        browser.send("Network.enable")
        addresses, sizes = {}, {}
        browser.on(
            "Network.responseReceived",
            lambda event: addresses.update({event["requestId"]: event["response"]["url"]}),
        )
        browser.on(
            "Network.loadingFinished",
            lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}),
        )

        def fetched(path):
            sizes.clear()
            page.goto(site + path, wait_until="networkidle")
            if path.endswith(("/add/", "/change/")):
                page.frame_locator(".see-preview iframe").locator("h1").first.wait_for()
            # The frame of the preview has no address: the form itself fetched what stands in it.
            return {addresses[name]: size for name, size in sizes.items() if name in addresses}

        yield fetched


@pytest.mark.parametrize("name", ["paper", "video"])
def test_a_form_weighs_300_kilobytes_and_a_hundred_when_it_comes_again(fetched, stored, name):
    form = f"/admin/profiles/{name}/{stored[name].pk}/change/"
    cold, warm = fetched(form), fetched(form)
    assert any("editor" in address for address in cold)
    assert 200_000 < sum(cold.values()) <= 300_000
    assert any(address.endswith("/preview/") for address in warm)
    assert sum(warm.values()) <= 100_000


@pytest.mark.parametrize("address", ["profiles/paper/", "profiles/librarypicture/", "auth/user/"])
def test_a_list_weighs_a_hundred_kilobytes(fetched, address):
    assert 20_000 < sum(fetched(f"/admin/{address}").values()) <= 100_000
