"""Pages of lists: limit and offset, page and per_page, sorts, and the headers that tell more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from belvedere.errors import Invalid, Problem

T = TypeVar("T")
_MOST = 10_000_000
_MOST_DIGITS = 20


@dataclass(frozen=True, slots=True)
class Page:
    """Rows `offset` … `offset + limit`; `limit` None means all that follow."""

    limit: int | None
    offset: int


def page_from(parameters: Mapping[str, str]) -> Page:
    """Limit and offset win over page and per_page, which are of old."""
    limit = _number(parameters, "limit", -1)
    offset = max(0, _number(parameters, "offset", 0))
    per_page = _number(parameters, "per_page", 100 if _is_given(parameters, "page") else -1)
    if _is_given(parameters, "limit") or _is_given(parameters, "offset") or per_page < 0:
        return Page(None if limit < 0 else limit, offset)
    return Page(per_page, (max(1, _number(parameters, "page", 1)) - 1) * per_page)


def _is_given(parameters: Mapping[str, str], name: str) -> bool:
    return bool(parameters.get(name, "").strip())


def _number(parameters: Mapping[str, str], name: str, default: int) -> int:
    text = parameters.get(name, "").strip()
    if not text:
        return default
    digits = text.removeprefix("-")
    if not digits.isdecimal() or len(digits) > _MOST_DIGITS or int(digits) > _MOST:
        raise Invalid(Problem(name, "invalid", f"{name} must be a whole number"))
    return int(text)


def sliced(rows: list[T], page: Page) -> list[T]:
    end = None if page.limit is None else page.offset + page.limit
    return rows[page.offset : end]


def headers(page: Page, total: int, url: str, parameters: Mapping[str, str]) -> dict[str, str]:
    """X-Total-Count, and Link where a limit was given. `url` is absolute, without its query."""
    found = {"X-Total-Count": str(total)}
    if page.limit:
        found["Link"] = ",".join(
            f'<{_address(url, parameters, page, offset)}>; rel="{name}"'
            for name, offset in _offsets(page, page.limit, total)
        )
    return found


def _offsets(page: Page, limit: int, total: int) -> list[tuple[str, int]]:
    last = max(0, (total - 1) // limit * limit)
    offsets = [("first", 0), ("last", last)]
    if page.offset + limit < total:
        offsets.append(("next", page.offset + limit))
    if page.offset > 0:
        offsets.append(("prev", max(0, page.offset - limit)))
    return offsets


def _address(url: str, parameters: Mapping[str, str], page: Page, offset: int) -> str:
    """Always with limit and offset. Commas are encoded: a client splits the header at every one."""
    values: dict[str, Any] = {
        name: value for name, value in parameters.items() if name not in ("page", "per_page")
    }
    values |= {"limit": page.limit, "offset": offset}
    return f"{url}?{urlencode(values, quote_via=quote, safe='')}"
