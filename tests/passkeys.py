"""A passkey without a browser: the key of a telephone, and what it answers to a site's question."""

import json
from hashlib import sha256
from secrets import token_bytes

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

FLAG = AuthenticatorData.FLAG
PERSON_IS_THERE = FLAG.UP | FLAG.UV


class Passkey:
    """For one site: its host, as the key knows it, and its address, as the browser does."""

    def __init__(self, host, address):
        self.origin, self.number = address, token_bytes(16)
        self.site = sha256(host.encode()).digest()
        self.key = ec.generate_private_key(ec.SECP256R1())

    def registration(self):
        """What allauth keeps of it, as JSON."""
        public = ES256.from_cryptography_key(self.key.public_key())
        data = AttestedCredentialData.create(Aaguid.NONE, self.number, public)
        told = AuthenticatorData.create(self.site, PERSON_IS_THERE | FLAG.AT, 0, data)
        made = AttestationObject.create("none", told, {})
        return self.sent("webauthn.create", token_bytes(32), attestationObject=made)

    def answer(self, question, person):
        """What a browser sends back to `question`, the options that the site gave it."""
        challenge = websafe_decode(question["publicKey"]["challenge"])
        told = AuthenticatorData.create(self.site, PERSON_IS_THERE, 0)
        signed = bytes(told) + sha256(self.said("webauthn.get", challenge)).digest()
        return json.dumps(
            self.sent(
                "webauthn.get",
                challenge,
                authenticatorData=told,
                signature=self.key.sign(signed, ec.ECDSA(hashes.SHA256())),
                userHandle=person.encode(),
            )
        )

    def said(self, what, challenge):
        return bytes(CollectedClientData.create(what, challenge, self.origin))

    def sent(self, what, challenge, **more):
        number = websafe_encode(self.number)
        more["clientDataJSON"] = self.said(what, challenge)
        response = {name: websafe_encode(bytes(value)) for name, value in more.items()}
        return {"id": number, "rawId": number, "type": "public-key", "response": response} | {
            "clientExtensionResults": {},
            "authenticatorAttachment": "platform",
        }
