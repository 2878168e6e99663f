"""What search engines and reader views take from a page: JSON-LD in the words of schema.org.

What is unknown is left out; a kind of thing that lacks what Google requires of it is left out whole.
"""

import json

from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import linebreaks
from django.utils.translation import get_language

from profiles import dates, entry_links, richtext
from profiles.addresses import absolute, address_of_doi
from profiles.authors import authors_in, looks_like_a_person
from profiles.files import pictures
from profiles.files.documents import FORMATS
from profiles.formats.licences import address_of_licence
from profiles.markup import without_figures, without_notes
from profiles.openings import shortened
from profiles.words import lines

# Inside a script element, where no text may end it early.
ESCAPES = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}


def json_ld(things):
    """The content of the script element, as short as it can be; "" where nothing is to be said."""
    graph = [known(thing) for thing in things if thing]
    if not graph:
        return ""
    data = {"@context": "https://schema.org", "@graph": graph}
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(ESCAPES)


def known(value):
    """A value without anything in it that is empty."""
    if isinstance(value, dict):
        pairs = ((name, known(part)) for name, part in value.items())
        return {name: part for name, part in pairs if part}
    if isinstance(value, list):
        return [part for part in map(known, value) if part]
    return value


# Pages


def of_profile(organisation, site):
    return [ngo(organisation, site), web_site(organisation, site), *recordings(organisation, site)]


def of_list(organisation, kind, site):
    return [breadcrumbs(site, home(organisation), section(kind))]


def of_entry(entry, site):
    way = home(entry.organisation), section(type(entry)), (entry.title, entry.get_absolute_url())
    write = WRITERS.get(entry.schema_type, article)
    return [write(entry, site), breadcrumbs(site, *way), *recordings(entry, site)]


def home(organisation):
    return str(organisation), organisation.get_absolute_url()


def section(kind):
    return str(kind.section_title), reverse("list", args=[kind.kind_slug])


# Things


def ngo(organisation, site):
    return {
        **publisher(organisation, site),
        "alternateName": organisation.acronym,
        "description": shortened(in_short(organisation)),
        "foundingDate": organisation.founded,
        "email": organisation.email,
        "telephone": next(iter(lines(organisation.telephones)), ""),
        "address": {
            "@type": "PostalAddress",
            "streetAddress": ", ".join(lines(organisation.postal_address)),
        }
        if organisation.postal_address
        else None,
        "sameAs": [*lines(organisation.website), *lines(organisation.social_links)],
    }


def publisher(organisation, site):
    return {
        "@type": "NGO",
        "@id": absolute(site, "/#organisation"),
        "name": organisation.name,
        "url": absolute(site, organisation.get_absolute_url()),
        "logo": picture_address(organisation.logo, site),
    }


def web_site(organisation, site):
    return {
        "@type": "WebSite",
        "name": organisation.name,
        "alternateName": organisation.acronym,
        "url": absolute(site, "/"),
        "inLanguage": get_language(),
        "publisher": {"@id": absolute(site, "/#organisation")},
        "potentialAction": search_action(site),
    }


def search_action(site):
    try:
        address = absolute(site, reverse("search"))
    except NoReverseMatch:
        return None
    return {
        "@type": "SearchAction",
        "target": f"{address}?q={{words}}",
        "query-input": "required name=words",
    }


def breadcrumbs(site, *steps):
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "name": name, "item": absolute(site, address)}
            for place, (name, address) in enumerate(steps, 1)
        ],
    }


def article(entry, site):
    """A text of any kind."""
    return {
        "@type": entry.schema_type,
        "headline": entry.title,
        "description": shortened(entry.lead),
        "inLanguage": entry.title.language,
        "url": absolute(site, entry.get_absolute_url()),
        "image": picture_address(entry.image or entry.cover, site),
        "datePublished": (entry.own_date if entry.cited_as else "") or moment(entry.publish_at),
        "dateModified": moment(entry.changed),
        "author": [person_or_body(author) for author in authors_in(getattr(entry, "authors", ""))],
        "publisher": publisher(entry.organisation, site),
        "isbn": getattr(entry, "isbn", ""),
        "sameAs": address_of_doi(getattr(entry, "doi", "")),
        "license": address_of_licence(getattr(entry, "licence", "")),
        "encoding": [media_object(file, site) for file in files_of(entry)],
    }


def person_or_body(author):
    if author.is_person:
        names = {"givenName": author.given, "familyName": author.family}
        return {"@type": "Person", "name": author.name, **names}
    kind = "Person" if looks_like_a_person(author.name) else "Organization"
    return {"@type": kind, "name": author.name}


def media_object(file, site):
    return {
        "@type": "MediaObject",
        "contentUrl": absolute(site, file.file.url),
        "encodingFormat": FORMATS[file.format].media_type if file.format in FORMATS else "",
        "inLanguage": file.language,
    }


def files_of(entry):
    return entry.files.all() if "files" in entry.parts else ()


def video(entry, site):
    """Google wants a picture of it, and the day when it could be seen first."""
    poster = pictures.picture(entry.image)
    if poster is None:
        return None
    return {
        "@type": "VideoObject",
        "name": entry.title,
        "description": shortened(entry.lead),
        "thumbnailUrl": absolute(site, poster.poster),
        "uploadDate": entry.date if is_day(entry.date) else moment(entry.publish_at),
        "duration": in_iso(entry.duration),
        "contentUrl": absolute(site, entry.file.url) if entry.file else "",
        "inLanguage": entry.language,
        "url": absolute(site, entry.get_absolute_url()),
        "publisher": publisher(entry.organisation, site),
    }


def recordings(noun, site):
    return [
        {
            "@type": "AudioObject",
            "name": str(noun),
            "contentUrl": absolute(site, recording.file.url),
            "encodingFormat": FORMATS[recording.file.name.rpartition(".")[2]].media_type,
            "duration": in_iso(recording.duration),
            "inLanguage": recording.language,
            "transcript": recording.transcript,
            "uploadDate": moment(noun.publish_at) if hasattr(noun, "publish_at") else "",
        }
        for recording in noun.recordings
    ]


def job(entry, site):
    """Only while people can apply, and where Google's required facts are known."""
    description = entry_links.resolved(without_figures(without_notes(entry.body))) or (
        entry.summary and linebreaks(entry.summary, autoescape=True)
    )
    if entry.is_closed or not entry.country or not description:
        return None
    return {
        "@type": "JobPosting",
        "title": entry.title,
        "description": description,
        "datePosted": timezone.localdate(entry.publish_at).isoformat(),
        "validThrough": moment(entry.deadline) if entry.deadline else "",
        "hiringOrganization": {
            **publisher(entry.organisation, site),
            "sameAs": entry.organisation.website,
        },
        "jobLocation": {
            "@type": "Place",
            "address": {
                "@type": "PostalAddress",
                "addressLocality": entry.location,
                "addressCountry": entry.country,
            },
        },
        "url": absolute(site, entry.get_absolute_url()),
    }


WRITERS = {"VideoObject": video, "JobPosting": job}


# Values


def in_short(organisation):
    return organisation.sentence or richtext.prose(organisation.description)


def picture_address(file, site):
    picture = pictures.picture(file)
    return absolute(site, picture.url) if picture else ""


def moment(when):
    return timezone.localtime(when).isoformat(timespec="seconds")


def is_day(date):
    return bool(date) and dates.parsed(date)[2] is not None


def in_iso(duration):
    """ "PT12M30S" of a timedelta."""
    if not duration:
        return ""
    minutes, seconds = divmod(int(duration.total_seconds()), 60)
    return f"PT{minutes}M{seconds}S"
