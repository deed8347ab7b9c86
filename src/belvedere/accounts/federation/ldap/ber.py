"""The part of ASN.1's basic encoding rules that LDAP uses (RFC 4511, section 5.1)."""

from __future__ import annotations

from dataclasses import dataclass

from belvedere.errors import BelvedereError

BOOLEAN, INTEGER, OCTETS, ENUMERATED, SEQUENCE, SET = 0x01, 0x02, 0x04, 0x0A, 0x30, 0x31
_LONG = 0x80
_MOST_LENGTH_BYTES = 4


class BerError(BelvedereError):
    """Bytes that are not what they should be."""


@dataclass(frozen=True, slots=True)
class Element:
    """One value: its tag and its content."""

    tag: int
    content: bytes

    @property
    def number(self) -> int:
        if not 0 < len(self.content) <= 8:
            raise BerError("A number of the directory cannot be read")
        return int.from_bytes(self.content, "big", signed=True)

    @property
    def text(self) -> str:
        """Undecodable bytes are replaced: they are in no text that is compared."""
        return self.content.decode("utf-8", "replace")

    def children(self) -> list[Element]:
        found: list[Element] = []
        offset = 0
        while offset < len(self.content):
            size = length_of(self.content, offset)
            if size is None or offset + size > len(self.content):
                raise BerError("An answer of the directory ends in the middle")
            found.append(_element(self.content, offset, size))
            offset += size
        return found


def encoded(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < _LONG:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, _LONG | len(length))) + length + content


def integer(value: int, tag: int = INTEGER) -> bytes:
    size = (value if value >= 0 else ~value).bit_length() // 8 + 1
    return encoded(tag, value.to_bytes(size, "big", signed=True))


def boolean(value: bool, tag: int = BOOLEAN) -> bytes:
    return encoded(tag, b"\xff" if value else b"\0")


def octets(value: str | bytes, tag: int = OCTETS) -> bytes:
    return encoded(tag, value if isinstance(value, bytes) else value.encode())


def sequence(*parts: bytes, tag: int = SEQUENCE) -> bytes:
    return encoded(tag, b"".join(parts))


def length_of(data: bytes, offset: int = 0) -> int | None:
    """How many bytes the element there takes, its head included; None where more must come."""
    head = data[offset : offset + 2]
    if len(head) < 2:
        return None
    if head[1] < _LONG:
        return 2 + head[1]
    count = head[1] & ~_LONG
    if not 0 < count <= _MOST_LENGTH_BYTES:
        raise BerError("An answer of the directory is not in the form of LDAP")
    length = data[offset + 2 : offset + 2 + count]
    return None if len(length) < count else 2 + count + int.from_bytes(length, "big")


def element(data: bytes) -> Element:
    """The one element that the data is."""
    size = length_of(data)
    if size != len(data):
        raise BerError("An answer of the directory ends in the middle")
    return _element(data, 0, size)


def _element(data: bytes, offset: int, size: int) -> Element:
    head = 2 if data[offset + 1] < _LONG else 2 + (data[offset + 1] & ~_LONG)
    return Element(data[offset], data[offset + head : offset + size])
