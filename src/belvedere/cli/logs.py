"""What a serving process writes down: its own words, one line each."""

from __future__ import annotations

import logging

_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_ESCAPED = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160), 0x2028, 0x2029)}


class OneLine(logging.Formatter):
    """What others sent stands in some messages: it must neither begin a line of its own nor talk
    to the terminal of whoever reads it.
    """

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  logging's name
        return super().formatMessage(record).translate(_ESCAPED)


def write(level: str) -> None:
    """From `level` on, to the standard error output. Libraries are not asked for more than they
    say by themselves: some would write down values of statements.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(OneLine(_FORMAT))
    own = logging.getLogger("belvedere")
    own.handlers[:] = [handler]
    own.propagate = False
    own.setLevel(level.upper())
