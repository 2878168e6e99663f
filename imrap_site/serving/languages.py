"""In which language a page is answered whose address does not say it."""

from functools import lru_cache

from django.conf import settings
from django.middleware.locale import LocaleMiddleware
from django.utils import translation
from django.utils.translation import get_language_from_path, get_supported_language_variant
from django.utils.translation.trans_real import parse_accept_lang_header

from imrap_site.serving.staff import is_staff_path

# Languages of Mali and its neighbours, by the codes that browsers send. Who reads in one of them
# reads French next, not English, which their browsers only add by themselves behind it.
REGION = {
    *("bm", "dyu", "mku", "mlq", "mnk", "mwk", "emk", "man", "nqo", "kao"),  # Mande
    *("snk", "sus", "boz", "bze", "bzx"),
    *("ff", "ffm", "fuc", "fuf", "fuh", "fuq", "wo", "srr"),  # Fulfulde, Wolof, Sereer
    *("son", "ses", "khq", "hmb", "dje"),  # Soŋay
    *("taq", "tmh", "ttq", "thv", "zgh", "ber", "tzm", "shi", "kab"),  # Tamasheq, Tamazight
    *("dtm", "dts", "dtk", "dtt", "dba", "bmq", "bwq", "myk", "spp", "mos", "ha", "mey"),
    # Arabic, Hassaniya included: it is written here by people who learned French at school, and
    # French is what the region’s administrations answer them in.
    "ar",
}
OF_REGION = "fr"


class LanguageMiddleware(LocaleMiddleware):
    """No cookie decides for visitors: the address does, or what the browser asks for."""

    def process_request(self, request):
        translation.activate(language_of(request))
        request.LANGUAGE_CODE = translation.get_language()


def language_of(request):
    return get_language_from_path(request.path_info) or language_for(request)


def language_for(request):
    if is_staff_path(request) and settings.STAFF_LANGUAGE in dict(settings.LANGUAGES):
        return settings.STAFF_LANGUAGE
    return asked_for(request.headers.get("Accept-Language", ""))


@lru_cache(maxsize=256)
def asked_for(header):
    """The first language of an Accept-Language header that we have, or have French for."""
    for code, _weight in parse_accept_lang_header(header):
        if code.partition("-")[0] in REGION:
            return OF_REGION
        try:
            return get_supported_language_variant(code)
        except LookupError:
            continue
    return settings.LANGUAGE_CODE
