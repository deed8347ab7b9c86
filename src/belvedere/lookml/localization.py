"""Localized texts: labels and descriptions as keys of `<locale>.strings.json` files."""

from __future__ import annotations

import json
from collections.abc import Mapping

import msgspec

from belvedere.lookml.places import Location

TAIL = ".strings.json"
STRICT, PERMISSIVE = "strict", "permissive"
_MOST_TEXT = 5_000_000


class Localization(msgspec.Struct, frozen=True, kw_only=True):
    """A project's texts by locale and key. A key that the default locale does not have is no
    key; one that the viewer's locale does not have is shown as it is written.
    """

    default_locale: str = "en"
    level: str = PERMISSIVE
    strings: dict[str, dict[str, str]] = {}
    location: Location | None = None

    def text(self, key: str, locale: str | None) -> str:
        """The text of a label in the locale; the label itself where it is not localized."""
        default = self.strings.get(self.default_locale, {})
        if key not in default:
            return key
        return self._of(locale or self.default_locale).get(key, key)

    def knows(self, key: str) -> bool:
        return key in self.strings.get(self.default_locale, {})

    def lookup(self, key: str, locale: str | None) -> str | None:
        """What `_localization[key]` is; None for an unknown key."""
        return self.text(key, locale) if self.knows(key) else None

    def _of(self, locale: str) -> Mapping[str, str]:
        """The locale's own texts, else those of its language (`es` for `es_MX`)."""
        plain = locale.replace("-", "_")
        language = plain.partition("_")[0]
        for name in (locale, plain, language):
            if name in self.strings:
                return self.strings[name]
        return {}


def locale_of(path: str) -> str:
    """`strings/es_ES.strings.json` → es_ES."""
    return path.rpartition("/")[2].removesuffix(TAIL)


class StringsProblem(Exception):
    """A strings file that cannot be read; `line` and `column` count from 1. `strings` are the
    texts that could be read.
    """

    def __init__(
        self,
        message: str,
        line: int = 1,
        column: int = 1,
        strings: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.message, self.line, self.column = message, line, column
        self.strings = dict(strings or {})


def read_strings(text: str) -> dict[str, str]:
    """Texts by key: an object, or an array of objects, whose values are texts, or objects with the
    text as `value` and a `comment` beside it.

    Raises StringsProblem.
    """
    if len(text) > _MOST_TEXT:
        raise StringsProblem(f"A file can have {_MOST_TEXT:,} characters at most")
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        raise StringsProblem(
            f"Cannot read this as JSON: {error.msg}", error.lineno, error.colno
        ) from None
    except (RecursionError, ValueError):
        raise StringsProblem("Cannot read this as JSON") from None
    strings: dict[str, str] = {}
    problem = None
    for part in found if isinstance(found, list) else [found]:
        if not isinstance(part, dict):
            raise StringsProblem("A strings file holds an object of keys and texts")
        for key, written in part.items():
            value = written.get("value") if isinstance(written, dict) else written
            if isinstance(value, str):
                strings[key] = value
            else:
                problem = problem or f'The text of "{key}" has to be a string'
    if problem is not None:
        raise StringsProblem(problem, strings=strings)
    return strings
