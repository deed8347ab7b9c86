"""LIKE without a database, for texts that are known when a query is compiled."""

from __future__ import annotations

import re

_PIECES = re.compile(r"\^.|.", re.DOTALL)


class Likeness:
    """A pattern with % and _ as wildcards and ^ as the escape character. Matching takes time in
    proportion to the lengths of both, however many wildcards there are.
    """

    def __init__(self, pattern: str, *, case_sensitive: bool) -> None:
        self._case_sensitive = case_sensitive
        self._pieces = _PIECES.findall(pattern if case_sensitive else pattern.lower())

    def matches(self, text: str) -> bool:
        """Where a character does not fit, the last % takes one more of them."""
        given = text if self._case_sensitive else text.lower()
        pieces, here, position = self._pieces, 0, 0
        resume: tuple[int, int] | None = None
        while position < len(given):
            piece = pieces[here] if here < len(pieces) else ""
            if piece == "%":
                here += 1
                resume = here, position
            elif piece == "_" or piece[-1:] == given[position]:
                here, position = here + 1, position + 1
            elif resume is None:
                return False
            else:
                here, position = resume[0], resume[1] + 1
                resume = here, position
        return all(piece == "%" for piece in pieces[here:])
