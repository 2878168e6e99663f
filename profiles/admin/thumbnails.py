"""Pictures as small as lists of staff show them: a fifth of what the smallest one of a page weighs."""

import hashlib
import io

from django.core.files.storage import default_storage
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from profiles.files.pictures import picture
from profiles.files.variants import KEPT_NAME, variant_name, widths
from profiles.formats.kept import kept
from profiles.models import file_is_visible

SHOWN = 64  # CSS pixels across
DRAWN = 2 * SHOWN  # pixels of the file, for screens that have twice as many
QUALITY = 60


def address(shown):
    return reverse("admin:thumbnail", args=[shown.name])


@require_safe
def thumbnail(request, name):
    """Whoever may have a picture may have it small."""
    if picture(name) is None or not file_is_visible(name, request.user):
        raise Http404
    file_name = f"{hashlib.sha256(name.encode()).hexdigest()[:32]}.webp"
    try:
        content = kept("thumbnails-drawn", file_name, lambda: drawn(name))
    except OSError:
        raise Http404 from None
    policy = {"Content-Security-Policy": "sandbox; default-src 'none'"}
    return HttpResponse(content, content_type="image/webp", headers=policy)


def drawn(name):
    """The bytes of a WebP picture; raises OSError where the stored one is lost."""
    from PIL import Image  # loaded where something is drawn, which is rare

    stem, width = KEPT_NAME.fullmatch(name).group(1, 2)
    smallest = variant_name(stem, int(width), widths(int(width))[0], "webp")
    with default_storage.open(smallest) as file, Image.open(file) as stored:
        small = stored.convert("RGBA")
    small.thumbnail((DRAWN, 4 * DRAWN), Image.Resampling.LANCZOS)
    written = io.BytesIO()
    small.save(written, "WEBP", quality=QUALITY)
    return written.getvalue()
