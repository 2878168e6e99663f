"""The Link header of an entry's page, which programs read without opening the page (RFC 8288)."""

from django.urls import reverse

from profiles.addresses import absolute, address_of_doi
from profiles.files.documents import FORMATS
from profiles.formats.citations import STYLES
from profiles.formats.licences import address_of_licence
from profiles.formats.structured_data import files_of

MOST_FILES = 20  # servers in front refuse headers that are too long


def link_header(entry, site):
    doi = getattr(entry, "doi", "")
    page = absolute(site, entry.get_absolute_url())
    links = [(address_of_doi(doi) or page, "cite-as", "")]
    if entry.cited_as:
        links += [
            (absolute(site, citation_address(entry, ending)), "describedby", style.media_type)
            for ending, style in STYLES.items()
        ]
    links += [
        (absolute(site, file.file.url), "item", FORMATS[file.format].media_type)
        for file in files_of(entry)[:MOST_FILES]
        if file.format in FORMATS
    ]
    if licence := address_of_licence(getattr(entry, "licence", "")):
        links.append((licence, "license", ""))
    return ", ".join(one_link(*link) for link in links)


def citation_address(entry, ending):
    return reverse("cite", args=[entry.kind_slug, entry.slug, ending])


def one_link(address, relation, media_type):
    # Whole addresses are quoted, so no ">" ends one early.
    return f'<{address}>; rel="{relation}"' + (f'; type="{media_type}"' if media_type else "")
