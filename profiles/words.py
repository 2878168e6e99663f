"""Facts as people say them, in the page's language: dates, periods, sizes, durations, deadlines.

A size is told in units of 1,000 bytes everywhere, as phones and their operators count.
"""

import math
import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.text import get_text_list
from django.utils.translation import get_language, ngettext, pgettext, pgettext_lazy
from django.utils.translation import gettext as _

from profiles.dates import first_day, parsed
from profiles.lasting import true_until
from profiles.translation import FILE_LANGUAGES

MEGABYTE = 1_000_000
# Beyond that no page counts: it says that there are more.
MOST_COUNTED = 10_000
# As they stand inside a sentence; a list of languages shows each under its own name.
IN_SENTENCES = {
    "bm": pgettext_lazy("language", "Bamanankan"),
    "ff": pgettext_lazy("language", "Fulfulde"),
    "son": pgettext_lazy("language", "Soŋay"),
    "taq": pgettext_lazy("language", "Tamasheq"),
    "ar": pgettext_lazy("language", "Arabic"),
}
# French puts "en" before feminine names of countries, which end with e, and before vowels; "au"
# before masculine ones, "aux" before plurals; but:
WITHOUT_ARTICLE = {"Bahreïn", "Chypre", "Cuba", "Djibouti", "Haïti", "Madagascar", "Malte"} | {
    "Maurice",
    "Oman",
    "Singapour",
    "Taïwan",
}
SINGULAR = {"Honduras", "Laos"}
MASCULINE = {"Belize", "Cambodge", "Mexique", "Mozambique", "Suriname", "Zimbabwe"}
VOWELS = "AEIOUÉÈ"
SOON = timedelta(hours=72)


def number_in_words(number: int) -> str:
    """ "60" of what was counted, "more than 10,000" where counting ended."""
    if number <= MOST_COUNTED:
        return f"{int(number)}"
    bound = number_format(MOST_COUNTED, 0, force_grouping=True)
    return _("more than %(number)s") % {"number": bound}


def date_in_words(date: str) -> str:
    """ "30 juin 2016", "juin 2016" or "2016" of ISO text; "" of an unknown date."""
    if not date:
        return ""
    year, month, day = parsed(date)
    if day == 1:
        return date_format(first_day(date), pgettext("first day of a month", "j F Y"))
    if day:
        return date_format(first_day(date), pgettext("any day", "j F Y"))
    return date_format(first_day(date), "F Y") if month else f"{year:04}"


def period_in_words(start: str, end: str) -> str:
    """ "2019 – 2024"; one known end gives "since 2019", "from 2031" or "until 2024"."""
    if start and end:
        return f"{date_in_words(start)} – {date_in_words(end)}"
    if not (start or end):
        return ""
    # French has another word before a day: "depuis 2019", but "depuis le 28 février 2019".
    is_day = parsed(start or end)[2] is not None
    if not start:
        words = pgettext("day", "until %(date)s") if is_day else _("until %(date)s")
    elif first_day(start) <= timezone.localdate():
        words = pgettext("day", "since %(date)s") if is_day else _("since %(date)s")
    else:
        words = pgettext("day", "from %(date)s") if is_day else _("from %(date)s")
    return words % {"date": date_in_words(start or end)}


def name_of_person(person: Any) -> str:
    """As colleagues call them; also of whoever has no account any more."""
    if person is None:
        return _("Somebody who is no longer here")
    return person.get_full_name() or person.get_username()


def moment_in_words(moment: datetime) -> str:
    """A date and time with the zone it is in: "7 February 2027, 23:59 (Bamako time)"."""
    local = timezone.localtime(moment)
    return _("%(date)s at %(time)s (%(place)s time)") % {
        "date": date_in_words(local.date().isoformat()),
        "time": date_format(local, pgettext("time of day", "H:i")),
        "place": settings.TIME_ZONE.rpartition("/")[2].replace("_", " "),
    }


def moment_for_staff(moment: datetime) -> str:
    """ "7 February 2027 at 23:59": the team knows in which zone the site is."""
    local = timezone.localtime(moment)
    return _("%(date)s at %(time)s") % {
        "date": date_in_words(local.date().isoformat()),
        "time": date_format(local, pgettext("time of day", "H:i")),
    }


def past_in_words(moment: datetime) -> str:
    """ "Today at 23:59", "yesterday at 23:59", and further back the date."""
    local = timezone.localtime(moment)
    days = {0: _("today at %(time)s"), 1: _("yesterday at %(time)s")}
    sentence = days.get((timezone.localdate() - local.date()).days)
    if sentence is None:
        return moment_for_staff(moment)
    return sentence % {"time": date_format(local, pgettext("time of day", "H:i"))}


def time_left(moment: datetime) -> str:
    """ "6 days left", in calendar days of the site's time zone; on the last one hours or minutes."""
    minutes = math.ceil((moment - timezone.now()).total_seconds() / 60)
    if minutes < 60:
        minutes = max(1, minutes)
        true_until(moment - timedelta(minutes=minutes - 1))
        left = ngettext("%(number)d minute left", "%(number)d minutes left", minutes)
        return left % {"number": minutes}
    hours = minutes // 60
    true_until(moment - timedelta(minutes=60 * min(hours, 24) - 1))
    if hours < 24:
        return ngettext("%(number)d hour left", "%(number)d hours left", hours) % {"number": hours}
    days = (timezone.localdate(moment) - timezone.localdate()).days
    return ngettext("%(days)d day left", "%(days)d days left", days) % {"days": days}


def in_country(name: str) -> str:
    """ "au Mali", "en France", "aux Pays-Bas", "à Madagascar"; in English "in Mali"."""
    if get_language() != "fr":
        return _("in %(country)s") % {"country": name}
    first = re.split(r"[\s-]", name)[0]
    if first in WITHOUT_ARTICLE:
        return f"à {name}"
    if first.endswith("s") and first not in SINGULAR:
        return f"aux {name}"
    is_feminine = first.endswith(("e", "ée")) and first not in MASCULINE
    return f"en {name}" if is_feminine or first[0] in VOWELS else f"au {name}"


def is_soon(moment: datetime) -> bool:
    """Whether what is left until a moment has to catch the eye."""
    true_until(moment - SOON)
    return moment - timezone.now() < SOON


def deadline_in_words(deadline: datetime, is_closed: bool) -> str:
    moment = moment_in_words(deadline)
    if is_closed:
        return _("Closed on %(moment)s") % {"moment": moment}
    return _("Until %(moment)s, %(left)s") % {"moment": moment, "left": time_left(deadline)}


def last_moment_in_words(deadline: datetime) -> str:
    """A deadline as it is still true when it is read later."""
    return _("Until %(moment)s") % {"moment": moment_in_words(deadline)}


def duration_in_words(duration: timedelta) -> str:
    """ "1 h 05 min", "12 min 30 s", "45 s" of a timedelta."""
    minutes, seconds = divmod(int(duration.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02} min"
    if minutes:
        return f"{minutes} min {seconds:02} s" if seconds else f"{minutes} min"
    return f"{seconds} s"


def size_in_words(size: int) -> str:
    """A size in bytes as people say it: "2.4 MB", "2,4 Mo"."""
    kilobytes = max(1, round(size / 1000))
    if kilobytes < 1000:
        return _("%(size)s KB") % {"size": number_format(kilobytes, 0)}
    # Rounded here, because number_format() only cuts digits off.
    return _("%(size)s MB") % {"size": number_format(round(size / MEGABYTE, 1), 1)}


def cost(file: Any) -> str:
    """What a tap on a paper's file costs: "French, PDF, light edition, 64 pages, 2.4 MB"."""
    parts = [file.get_language_display(), file.format.upper()]
    if file.edition == file.Edition.LIGHT:
        parts.append(_("light edition"))
    if pages := file.page_count:
        parts.append(ngettext("%(number)d page", "%(number)d pages", pages) % {"number": pages})
    return ", ".join([*map(str, parts), size_in_words(file.size)])


def format_and_size(file: Any) -> str:
    """The same of an uploaded file of which nothing is stored but itself: "PDF, 0.2 MB"."""
    format = file.name.rpartition(".")[2].upper()
    try:
        return f"{format}, {size_in_words(file.size)}"
    except OSError:  # The file is missing; its link says so soon enough.
        return format


def language_name(code: str) -> str:
    """A file's language under the name its speakers know, as far as we know one."""
    return FILE_LANGUAGES.get(code, code)


def spoken_name(code: str) -> str:
    """The name of a language as it stands inside a sentence: "bamanankan", "arabe"."""
    return str(IN_SENTENCES.get(code) or language_name(code))


def minutes_in_words(duration: timedelta) -> str:
    """About how long it lasts: "2 min", "1 h 05 min"; to the second below one minute."""
    seconds = duration.total_seconds()
    return duration_in_words(duration if seconds < 60 else timedelta(minutes=round(seconds / 60)))


def recordings_in_words(recordings: Iterable[Any]) -> str:
    """ "To listen to: Bamanankan, 2 min; Arabic, 3 min"; "" where there is nothing to hear."""
    told = [f"{spoken_name(one.language)}, {minutes_in_words(one.duration)}" for one in recordings]
    return _("To listen to: %(recordings)s") % {"recordings": "; ".join(told)} if told else ""


def in_language(codes: list[str]) -> str:
    """ "In French", "In Bamanankan and Fulfulde": for what is in another language than the page.

    "" where one of the languages is the page's.
    """
    if not codes or get_language() in codes:
        return ""
    names = [spoken_name(code) for code in codes]
    return _("In %(languages)s") % {"languages": get_text_list(names, _("and"))}


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def listed(text: str) -> str:
    """The lines of a field as one line: "Interpeace, IDS"."""
    return ", ".join(lines(text))
