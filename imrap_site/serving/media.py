"""Uploaded files: never a draft's to a visitor, and no file can act as a page of this site."""

from pathlib import PurePosixPath
from posixpath import normpath

from django.core.files.storage import default_storage
from django.http import Http404
from django.views.decorators.http import require_safe

from imrap_site.serving.ranges import ranged_response
from profiles import preview
from profiles.files.documents import FORMATS
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


@require_safe
def media(request, name):
    media_type = MEDIA_TYPES.get(PurePosixPath(name).suffix[1:])
    # A name that says one folder and means another would be judged by the wrong one.
    if media_type is None or normpath(name) != name or "\0" in name:
        raise Http404
    token = request.GET.get(preview.PARAMETER)
    if not file_is_visible(name, request.user) and not preview.opens_file(token, name):
        raise Http404
    is_inline = INLINE in request.GET and media_type == FORMATS["pdf"].media_type
    try:
        file = default_storage.open(name)
    except OSError:
        raise Http404 from None
    response = ranged_response(
        request,
        file,
        content_type=media_type,
        etag=f'"{name}"',  # names are made from the content
        last_modified=default_storage.get_modified_time(name),
        filename=PurePosixPath(name).name,
        as_attachment=not (is_inline or media_type.startswith(SHOWN)),
    )
    # No shared cache may keep what can be withdrawn; the reader's own never needs to ask again.
    if request.user.is_authenticated or token:
        response["Cache-Control"] = "private, no-store"
    else:
        response["Cache-Control"] = "private, max-age=31536000, immutable"
    policy = INLINE_POLICY if is_inline else "sandbox; default-src 'none'"
    response["Content-Security-Policy"] = policy
    return response
