"""The Content-Security-Policy of each kind of page."""

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from django.conf import settings

from imrap_site.serving.staff import is_staff_path
from profiles.stylesheet import stylesheet


class ContentSecurityPolicyMiddleware(CSPMiddleware):
    """Public pages run no script and load nothing from elsewhere; staff pages use nonces."""

    def get_policy_parts(self, request, response, report_only=False):
        parts = super().get_policy_parts(request, response, report_only)
        if report_only or parts.config:
            return parts
        if is_staff_path(request):
            parts.config = settings.STAFF_CONTENT_SECURITY_POLICY
        else:
            parts.config = settings.PUBLIC_CONTENT_SECURITY_POLICY
        # Among staff too: a page that is missing or forbidden there is a public page.
        parts.update = {"style-src": [stylesheet().csp_source]}
        return parts

    def process_response(self, request, response):
        if HEADER in response:
            return response
        response = super().process_response(request, response)
        # django-csp takes the directives from a set: in another order in each process.
        if policy := response.get(HEADER):
            response[HEADER] = "; ".join(sorted(policy.split("; ")))
        return response
