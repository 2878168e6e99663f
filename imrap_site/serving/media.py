"""Uploaded files: never a draft's to a visitor, and no file can act as a page of this site."""

from contextlib import suppress
from functools import partial
from pathlib import PurePosixPath
from urllib.parse import quote

from django.contrib.auth.models import AnonymousUser
from django.core.files.storage import default_storage
from django.db import close_old_connections
from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from imrap_site.serving.ranges import ranged_response
from profiles import preview
from profiles.addresses import content_disposition
from profiles.files.documents import FORMATS
from profiles.files.storing import is_plain_name
from profiles.lasting import kept
from profiles.models import file_is_visible

MEDIA_TYPES = {
    **{extension: format.media_type for extension, format in FORMATS.items()},
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "avif": "image/avif",
}
# "?inline": a PDF opens in the browser, at the page that a link names behind "#".
INLINE = "inline"
# The viewers of some browsers are pages with scripts, which a sandbox would forbid. So the policy
# says without one that nothing may be loaded, framed or sent; the type is fixed (nosniff), and only
# what was read as a PDF when it was stored has such a name.
INLINE_POLICY = (
    "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'; "
    "form-action 'none'; base-uri 'none'"
)
# The rest is saved, not opened inside the browser.
SHOWN = ("image/", "video/", "audio/", "text/vtt")


# How a web server says that it hands out files itself, once it is told which (Rack's word). Whoever
# writes it without being one gets an empty answer.
SENDER, SENDER_HEADER = "X-Accel-Redirect", "X-Sendfile-Type"
FOLDER_OF_SENDER = "/protected-media/"


@require_safe
def media(request, name):
    media_type = MEDIA_TYPES.get(PurePosixPath(name).suffix[1:])
    if media_type is None or not is_plain_name(name):
        raise Http404
    token = request.GET.get(preview.PARAMETER)
    is_public = is_visible(name, AnonymousUser())
    if not is_public and not may_have(name, request.user, token):
        raise Http404
    close_old_connections()  # while the server of the files lets everybody wait
    is_inline = INLINE in request.GET and media_type == FORMATS["pdf"].media_type
    how = {
        "content_type": media_type,
        "filename": PurePosixPath(name).name,
        "as_attachment": not (is_inline or media_type.startswith(SHOWN)),
    }
    response = (handed_over if is_behind_a_sender(request) else whole_or_part)(request, name, how)
    # No shared cache may keep what can be withdrawn; the reader's own never needs to ask again, and
    # keeps nothing that others may not read.
    kept_for = "max-age=31536000, immutable" if is_public else "no-store"
    response["Cache-Control"] = f"private, {kept_for}"
    policy = INLINE_POLICY if is_inline else "sandbox; default-src 'none'"
    response["Content-Security-Policy"] = policy
    return response


def may_have(name, user, token):
    """What visitors may not: as staff, or with a signed address."""
    is_own = user.is_authenticated and is_visible(name, user)
    return is_own or preview.opens_file(token, name)


def is_visible(name, user):
    """Asked once while the content stays as it is, by visitors. What they may not read is asked each
    time: anybody can invent such names, which would fill the memory."""
    with suppress(Http404):
        return kept(("file", name), partial(visible_or_404, name, user))
    return False


def visible_or_404(name, user):
    if not file_is_visible(name, user):
        raise Http404
    return True


def is_behind_a_sender(request):
    return request.headers.get(SENDER_HEADER) == SENDER


def handed_over(request, name, how):
    """The web server answers, with ranges, at its own pace; no thread of ours waits for a reader."""
    if request.method == "HEAD" and is_elsewhere():
        return whole_or_part(request, name, how)  # what is signed there is signed for a GET
    if not default_storage.exists(name):
        raise Http404
    response = HttpResponse(content_type=how["content_type"])
    disposition = content_disposition(how["filename"], how["as_attachment"])
    response["Content-Disposition"] = disposition
    if is_elsewhere():
        response[SENDER] = default_storage.lent(name, how["content_type"], disposition)
    else:
        response[SENDER] = FOLDER_OF_SENDER + quote(name)
    return response


def is_elsewhere():
    """Whether files lie on a server, from which the web server before the site fetches them."""
    return hasattr(default_storage, "lent")


def whole_or_part(request, name, how):
    try:
        file = default_storage.open(name)
    except OSError:
        raise Http404 from None
    return ranged_response(
        request,
        file,
        etag=f'"{name}"',  # names are made from the content
        last_modified=default_storage.get_modified_time(name),
        **how,
    )
