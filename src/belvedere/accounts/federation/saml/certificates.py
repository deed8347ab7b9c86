"""The certificates that an identity provider signs with."""

from __future__ import annotations

import re
from base64 import b64decode

from cryptography import x509

from belvedere.errors import BelvedereError

_EDGE = re.compile(r"-----(BEGIN|END) CERTIFICATE-----")


class CertificateError(BelvedereError):
    """The text is no certificate."""


def certificate_of(text: str) -> x509.Certificate:
    """From PEM, or the base64 between its edges."""
    inner = "".join(_EDGE.sub("", text).split())
    try:
        return x509.load_der_x509_certificate(b64decode(inner, validate=True))
    except ValueError:
        raise CertificateError("that is no certificate in PEM or base64") from None
