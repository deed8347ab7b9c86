"""Signed embed addresses: what is signed, how, and what they lead to. Nothing here knows who
exists.
"""

from __future__ import annotations

import hmac
import json
import re
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from belvedere.errors import BelvedereError

LOGIN = "/login/embed/"
ALGORITHMS = {"hmac/sha-256": "sha256", "hmac/sha-1": "sha1"}
SIGNED = (
    "nonce",
    "time",
    "session_length",
    "external_user_id",
    "permissions",
    "models",
    "group_ids",
    "external_group_id",
    "user_attributes",
    "access_filters",
)
"""In this order; those that are not sent are left out."""
_OPTIONAL = frozenset({"group_ids", "external_group_id", "user_attributes"})
_UNSIGNED = ("first_name", "last_name", "user_timezone", "force_logout_login")
_KNOWN = frozenset({*SIGNED, *_UNSIGNED, "signature"})
_REQUIRED = (*(name for name in SIGNED if name not in _OPTIONAL), "signature", "force_logout_login")
_LONGEST_NONCE = 254
_MOST_PARAMETERS = 100
_LEFT_ALONE = "/?&=%:;,@!$'()*+#[]~-._"


class Refused(BelvedereError):
    """An address that lets nobody in; `problems` are sentences for whoever made it."""

    def __init__(self, *problems: str) -> None:
        self.problems = problems
        super().__init__("; ".join(problems))


@dataclass(frozen=True, slots=True)
class Given:
    """The parameters of a signed address: their text as it is signed, and their values."""

    texts: Mapping[str, str]
    values: Mapping[str, Any]

    @property
    def signature(self) -> str:
        """Clients forget to encode its plus signs, which arrive as blanks."""
        return self.texts["signature"].replace(" ", "+")


def read(query: str) -> Given:
    """Refused names all parameters that are unknown, missing, sent twice or not readable."""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=_MOST_PARAMETERS)
    except ValueError:
        raise Refused("This request has too many params") from None
    texts = dict(pairs)
    problems = list(_form_problems(pairs, texts))
    values: dict[str, Any] = {}
    for name in texts.keys() & _KNOWN - {"signature"}:
        try:
            values[name] = json.loads(texts[name], parse_constant=_no_constant)
        except (ValueError, RecursionError):
            problems.append(f"'{name}' param is not JSON")
    problems += _type_problems(values)
    if problems:
        raise Refused(*problems)
    return Given(texts, values)


def _form_problems(pairs: Sequence[tuple[str, str]], texts: Mapping[str, str]) -> Iterable[str]:
    unknown = sorted(texts.keys() - _KNOWN)
    if unknown:
        yield f"This request includes invalid params: {json.dumps(unknown)}"
    names = [name for name, _ in pairs]
    yield from (f"'{name}' param was sent twice" for name in texts if names.count(name) > 1)
    yield from (f"'{name}' param is required" for name in _REQUIRED if not texts.get(name))
    # Lines are what the signature tells parameters apart by.
    broken = [name for name in SIGNED if "\n" in texts.get(name, "")]
    yield from (f"'{name}' param has a line break" for name in broken)


def _type_problems(values: Mapping[str, Any]) -> Iterable[str]:
    nonce, time = values.get("nonce", "-"), values.get("time", 0)
    if not isinstance(nonce, str) or not 0 < len(nonce) <= _LONGEST_NONCE:
        yield f"'nonce' param must be text of 1 to {_LONGEST_NONCE} characters"
    if isinstance(time, bool) or not isinstance(time, int):
        yield "'time' param must be a time in whole seconds"
    if not isinstance(values.get("force_logout_login", False), bool):
        yield "'force_logout_login' param must be true or false"
    yield from _filter_problems(values)


def _filter_problems(values: Mapping[str, Any]) -> Iterable[str]:
    """Filters here mean nothing any more; who relies on them must not see everything."""
    filters, models = values.get("access_filters", {}), values.get("models")
    if not isinstance(filters, dict):
        yield "'access_filters' param must be an object"
    elif isinstance(models, list):
        used = sorted(name for name, what in filters.items() if what and name in models)
        if used:
            yield f"'access_filters' param limits {', '.join(used)}: use user attributes instead"


def _no_constant(name: str) -> Any:
    raise ValueError(name)


# Signatures


def signature(secret: str, algorithm: str, host: str, path: str, texts: Mapping[str, str]) -> str:
    """`path` is that of the whole address, still encoded."""
    lines = (host, path, *(texts[name] for name in SIGNED if name in texts))
    text = "\n".join(lines).encode("utf-8", "surrogatepass")
    return b64encode(hmac.digest(secret.encode(), text, ALGORITHMS[algorithm])).decode()


def is_signed(
    given: Given, secret: str, algorithm: str, hosts: Iterable[str], paths: Iterable[str]
) -> bool:
    """Whether the signature is that of one of these spellings of the address."""
    sent = given.signature.encode()
    expected = [
        signature(secret, algorithm, host, path, given.texts).encode()
        for host in hosts
        for path in paths
    ]
    return any(hmac.compare_digest(one, sent) for one in expected)


def signed(base: str, target: str, values: Mapping[str, Any], secret: str, algorithm: str) -> str:
    """The address at `base` (scheme and host) that leads to `target`."""
    texts = {name: json.dumps(value, separators=(",", ":")) for name, value in values.items()}
    path = login_path(target)
    made = signature(secret, algorithm, urlsplit(base).netloc, path, texts)
    return f"{base}{path}?{urlencode({**texts, 'signature': made})}"


# Where they lead


def login_path(target: str) -> str:
    return LOGIN + quote(target, safe="")


def spellings(path: str, target: str) -> tuple[str, ...]:
    """How the path may have been written when it was signed: proxies and languages differ."""
    written = (quote(target, safe=""), quote(target, safe="!'()*"))
    return tuple(dict.fromkeys((path, *(LOGIN + text for text in written))))


def target_of(path: str) -> str:
    """The embed path (with its query) that a login path leads to; Refused for any other place."""
    try:
        text = unquote(path.removeprefix(LOGIN), errors="strict")
    except UnicodeDecodeError:
        text = ""
    return checked_target(text if text.startswith("/") else f"/{text}")


def checked_target(text: str) -> str:
    plain = text.partition("?")[0].partition("#")[0]
    leads_away = "\\" in text or not text.isprintable() or ".." in re.split(r"[/;]", unquote(plain))
    if leads_away or "//" in plain or not plain.startswith("/embed/"):
        raise Refused("The address does not lead to embedded content: its path begins with /embed/")
    return text


def location(target: str) -> str:
    """As a browser is sent there."""
    return quote(target, safe=_LEFT_ALONE)
