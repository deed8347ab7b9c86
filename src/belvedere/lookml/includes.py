"""Which files an include pattern means."""

from __future__ import annotations

import posixpath
import re
import sys
from bisect import bisect_left
from functools import lru_cache

_TAILS = ("", ".lkml", ".lookml", ".view.lkml", ".explore.lkml", ".dashboard.lookml")
_LAST = chr(sys.maxunicode)


def matching(pattern: str, including: str, project: str, files: list[str]) -> list[str]:
    """Those of `files` (paths within the project, sorted) that `pattern`, written in file
    `including`, names. Absolute patterns may begin with the project's own name.
    """
    for candidate in _anchored(pattern, including, project):
        compiled = _compiled(candidate)
        plain = re.split(r"[*?[]", candidate, maxsplit=1)[0]
        first, behind = bisect_left(files, plain), bisect_left(files, plain + _LAST)
        found = [path for path in files[first:behind] if compiled.fullmatch(path)]
        if found:
            return found
    return []


def _anchored(pattern: str, including: str, project: str) -> list[str]:
    if pattern.startswith("/"):
        plain = pattern.lstrip("/")
        own = f"{project}/"
        return [plain, plain.removeprefix(own)] if plain.startswith(own) else [plain]
    folder = posixpath.dirname(including)
    relative = posixpath.normpath(posixpath.join(folder, pattern))
    anywhere = [] if "/" in pattern else [f"**/{pattern}"]
    return [relative, *anywhere]


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    tails = "|".join(re.escape(tail) for tail in _TAILS)
    return re.compile(f"{_translated(pattern)}(?:{tails})")


def _translated(pattern: str) -> str:
    """`*` stays within a folder, `**/` spans any number of them, `[!x]` as in globs."""
    out: list[str] = []
    position = 0
    while position < len(pattern):
        rest = pattern[position:]
        if rest.startswith("**/"):
            out.append("(?:[^/]+/)*")
            position += 3
        elif rest.startswith("**"):
            out.append(".*")
            position += 2
        elif rest[0] == "*":
            out.append("[^/]*")
            position += 1
        elif rest[0] == "?":
            out.append("[^/]")
            position += 1
        elif rest[0] == "[" and "]" in rest[2:]:
            end = rest.index("]", 2)
            body = rest[1:end].replace("\\", "\\\\")
            out.append(f"[^{body[1:]}]" if body.startswith("!") else f"[{body}]")
            position += end + 1
        else:
            out.append(re.escape(rest[0]))
            position += 1
    return "".join(out)
