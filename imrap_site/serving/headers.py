"""The Content-Security-Policy of each kind of page."""

from functools import lru_cache

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings

from imrap_site.serving.staff import is_staff_path
from profiles.stylesheet import stylesheet


class ContentSecurityPolicyMiddleware(CSPMiddleware):
    """Public pages run no script and load nothing from elsewhere; staff pages use nonces."""

    def get_policy_parts(self, request, response, report_only=False):
        parts = super().get_policy_parts(request, response, report_only)
        if report_only or parts.config:
            return parts
        parts.config = settings.STAFF_CONTENT_SECURITY_POLICY
        # Among staff too: a page that is missing or forbidden there is a public page.
        parts.update = {"style-src": [stylesheet().csp_source]}
        return parts

    def process_response(self, request, response):
        if HEADER in response:
            return response
        if not is_staff_path(request):
            response[HEADER] = public_policy(stylesheet().csp_source)
            return response
        response = super().process_response(request, response)
        if policy := response.get(HEADER):
            response[HEADER] = in_order(policy)
        return response


@lru_cache(maxsize=4)  # of one stylesheet, unless a test brings others
def public_policy(style):
    """Put together once: it took a tenth of a made page's time, and no page's differs."""
    return in_order(
        build_policy(config=settings.PUBLIC_CONTENT_SECURITY_POLICY, update={"style-src": [style]})
    )


def in_order(policy):
    """django-csp takes the directives from a set: in another order in each process."""
    return "; ".join(sorted(policy.split("; ")))
