"""What of a response its provider has really signed, and nothing else.

A signature only counts for the element right above it, which it must name by its id; there is one
assertion; no two elements have the same id. What is read later is what the verifier saw: the
canonical form of what was signed, parsed anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.exceptions import SignXMLException
from signxml.verifier import SignatureConfiguration, XMLVerifier

from belvedere.accounts.federation.saml.xml import DS, SAML, SAMLP, Element, XmlError
from belvedere.errors import BelvedereError

_METHODS = frozenset(
    {
        SignatureMethod.RSA_SHA256,
        SignatureMethod.RSA_SHA384,
        SignatureMethod.RSA_SHA512,
        SignatureMethod.SHA256_RSA_MGF1,
        SignatureMethod.SHA384_RSA_MGF1,
        SignatureMethod.SHA512_RSA_MGF1,
        SignatureMethod.ECDSA_SHA256,
        SignatureMethod.ECDSA_SHA384,
        SignatureMethod.ECDSA_SHA512,
    }
)
_DIGESTS = frozenset({DigestAlgorithm.SHA256, DigestAlgorithm.SHA384, DigestAlgorithm.SHA512})
_TRANSFORMS = frozenset(
    {
        "http://www.w3.org/2000/09/xmldsig#enveloped-signature",
        CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0.value,
        CanonicalizationMethod.CANONICAL_XML_1_0.value,
        CanonicalizationMethod.CANONICAL_XML_1_1.value,
    }
)
_LONGEST_ID = 255


class NotSigned(BelvedereError):
    """The provider has not signed it, or not as it must be; `str()` says what is wrong."""


def signed_assertion(
    root: Element, certificates: Iterable[x509.Certificate], now: datetime
) -> Element:
    """The assertion of the response as it was signed, itself or with the response around it."""
    assertion = _only_assertion(root)
    _check_ids(root)
    known = list(certificates)
    signatures = list(root.iter(f"{DS}Signature"))
    for signature in signatures:
        if signature.getparent() not in (root, assertion):
            raise NotSigned("there is a signature where none belongs")
    signed = {
        signature.getparent().tag: _verified(signature, root, known, now)
        for signature in signatures
    }
    if len(signed) != len(signatures):
        raise NotSigned("one element has several signatures")
    if f"{SAML}Assertion" in signed:
        return signed[f"{SAML}Assertion"]
    if f"{SAMLP}Response" in signed:
        return _only_assertion(signed[f"{SAMLP}Response"])
    raise NotSigned("nothing is signed")


def _only_assertion(root: Element) -> Element:
    if root.tag != f"{SAMLP}Response":
        raise NotSigned("there is no response")
    if next(root.iter(f"{SAML}EncryptedAssertion"), None) is not None:
        raise NotSigned("the assertion is encrypted, which is not supported")
    found = list(root.iter(f"{SAML}Assertion"))
    if len(found) != 1 or found[0].getparent() is not root:
        raise NotSigned("there must be exactly one assertion, right in the response")
    return found[0]


def _check_ids(root: Element) -> None:
    seen: set[str] = set()
    for found in _ids(root):
        if found in seen or not 0 < len(found) <= _LONGEST_ID:
            raise NotSigned("two elements have the same id")
        seen.add(found)


def _ids(root: Element) -> Iterator[str]:
    for item in root.iter():
        for name, value in item.attrib.items():
            if etree.QName(name).localname.lower() == "id":
                yield value


def _verified(
    signature: Element, root: Element, certificates: list[x509.Certificate], now: datetime
) -> Element:
    """The element above the signature, as it was signed by the key of one of the certificates."""
    parent = signature.getparent()
    _check_reference(signature, parent)
    location = "./" if parent is root else f"./{SAML}Assertion/"
    config = SignatureConfiguration(
        location=location,
        signature_methods=_METHODS,
        digest_algorithms=_DIGESTS,
        ignore_ambiguous_key_info=True,
        verification_time=now,
    )
    problem = "no certificate is configured"
    for certificate in certificates:
        try:
            found = XMLVerifier().verify(
                root, x509_cert=certificate, expect_config=config, id_attribute="ID"
            )
        except (
            SignXMLException,
            UnsupportedAlgorithm,
            etree.LxmlError,
            ValueError,
            TypeError,
            AttributeError,
        ) as error:
            problem = str(error)[:200] or "the signature does not hold"
            continue
        signed = None if isinstance(found, list) else found.signed_xml
        if signed is None or (signed.tag, signed.get("ID")) != (parent.tag, parent.get("ID")):
            raise NotSigned("something else is signed")
        return signed
    raise NotSigned(problem)


def _check_reference(signature: Element, parent: Element) -> None:
    """One reference, to the element above, changed by nothing but its canonical form."""
    references = list(signature.iter(f"{DS}Reference"))
    if len(references) != 1 or references[0].get("URI") != f"#{parent.get('ID')}":
        raise NotSigned("the signature is about something else")
    if any(item.get("Algorithm") not in _TRANSFORMS for item in signature.iter(f"{DS}Transform")):
        raise NotSigned("the signature changes what it signs")
    if next(signature.iter(f"{DS}Object"), None) is not None:
        raise XmlError("The signature holds what does not belong there")
