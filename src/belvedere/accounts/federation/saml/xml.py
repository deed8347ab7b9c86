"""Reading XML that strangers have written: no entities, no DTD, no comments, nothing fetched."""

from __future__ import annotations

from typing import Any

from lxml import etree

from belvedere.errors import BelvedereError

SAML = "{urn:oasis:names:tc:SAML:2.0:assertion}"
SAMLP = "{urn:oasis:names:tc:SAML:2.0:protocol}"
METADATA = "{urn:oasis:names:tc:SAML:2.0:metadata}"
DS = "{http://www.w3.org/2000/09/xmldsig#}"
_MOST_BYTES = 1_000_000
_MOST_ELEMENTS = 20_000
_ENCODINGS = frozenset({None, "UTF-8", "US-ASCII", "ASCII"})

Element = Any
"""An element of lxml, which has no types of its own."""


class XmlError(BelvedereError):
    """The text is not XML that can be trusted to be read."""


def parsed(data: bytes) -> Element:
    """The root. Comments are left out: they would hide what follows them in a text."""
    if len(data) > _MOST_BYTES:
        raise XmlError("The XML is too long")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise XmlError("The XML is not in UTF-8") from None
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise XmlError("The XML declares a document type, which is not allowed")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise XmlError("That is no XML") from None
    known = root.getroottree().docinfo
    if known.internalDTD is not None or known.externalDTD is not None:
        raise XmlError("The XML declares a document type, which is not allowed")
    if (known.encoding.upper() if known.encoding else None) not in _ENCODINGS:
        raise XmlError("The XML is not in UTF-8")
    for number, item in enumerate(root.iter()):
        if number > _MOST_ELEMENTS or not isinstance(item.tag, str):
            raise XmlError("The XML holds too much, or what is not allowed")
    return root


def text_of(element: Element | None) -> str:
    """All of an element's text, without blanks around it."""
    return "" if element is None else "".join(element.itertext()).strip()


def only(parent: Element, tag: str) -> Element | None:
    """The one child of the name; XmlError where there are several."""
    found = parent.findall(tag)
    if len(found) > 1:
        raise XmlError(f"There are several {tag.rpartition('}')[2]}")
    return found[0] if found else None
