"""HTTPS on this machine: a certificate, and people behind browsers who trust it."""

import datetime
import http.client
import http.cookiejar
import ipaddress
import re
import ssl
import urllib.error
import urllib.parse
import urllib.request
from functools import partial

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

HOST = "127.0.0.1"
SIGN_IN = "/accounts/login/?next=/admin/"


def certificate_in(file):
    """A file with a certificate for this machine, signed by itself, and its key."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(HOST))])
    now, day = datetime.datetime.now(datetime.UTC), datetime.timedelta(days=1)
    draft = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    draft = draft.not_valid_before(now - day).not_valid_after(now + day)
    certificate = draft.add_extension(address, critical=True).sign(key, hashes.SHA256())
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    content = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
    file.write_bytes(content + certificate.public_bytes(pem))
    return file


def form_as_sent(fields, headers):
    """Its body and headers, as browsers send it; with a file in it, multipart."""
    if not any(hasattr(value, "read") for value in fields.values()):
        return urllib.parse.urlencode(fields).encode() or None, headers
    return encode_multipart(BOUNDARY, fields), {"Content-Type": MULTIPART_CONTENT, **headers}


def token_of(page):
    """What a form of the page sends to prove that it is the site's own."""
    return re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)[1]


class Person:
    """A browser at an address of its own: keeps cookies, follows redirects, trusts the proxy."""

    def __init__(self, site, address="127.0.0.3"):
        self.site, self.cookies = site, http.cookiejar.CookieJar()
        trusted = ssl.create_default_context(cafile=site.certificate)
        connection = partial(http.client.HTTPSConnection, source_address=(address, 0))

        class FromThere(urllib.request.HTTPSHandler):
            def https_open(self, request):
                return self.do_open(connection, request, context=trusted)

        jar = urllib.request.HTTPCookieProcessor(self.cookies)
        self.opener = urllib.request.build_opener(FromThere, jar)

    def open(self, path, fields=None, **headers):
        """The answer after all redirects, with its `text`; fields make it a form that is sent."""
        address = self.site.address + path
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        body, headers = form_as_sent(fields or {}, headers)
        request = urllib.request.Request(address, body, {"Referer": address, **headers})
        try:
            answer = self.opener.open(request, timeout=20)
        except urllib.error.HTTPError as refusal:
            answer = refusal
        answer.content = answer.read()
        answer.text = answer.content.decode("utf-8", "replace")
        return answer

    def sign_in(self, password, login="admin", **headers):
        token = token_of(self.open(SIGN_IN))
        fields = {"login": login, "password": password, "csrfmiddlewaretoken": token}
        return self.open(SIGN_IN, fields, Origin=self.site.address, **headers)
