"""Telling statements that only read from others, where the database cannot be told to."""

from __future__ import annotations

import re
from dataclasses import dataclass

_STANDARD = r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|/\*.*?\*/"""
_BACKSLASHES = (
    r"""(?:'''(?:[^\\]|\\.)*?'''|\"\"\"(?:[^\\]|\\.)*?\"\"\"|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
    r"|`(?:[^`\\]|\\.)*`|--[^\n]*|\#[^\n]*|/\*.*?\*/"
)
_BRACKETS = _STANDARD + r"|\[(?:[^\]]|\]\])*\]"
_WORD = re.compile(r"[A-Za-z_@#$][\w@#$]*")
_OPEN = re.compile(r"""['"`\[]|/\*|\*/""")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a database takes for one statement that reads.

    `texts` matches its quoted texts and names and its comments. `forbidden` are words that no
    query has outside of them; `whole` says that several statements can come as one.
    """

    texts: re.Pattern[str]
    first: frozenset[str] = frozenset({"SELECT", "WITH"})
    forbidden: frozenset[str] = frozenset()
    whole: bool = False

    def refusal(self, sql: str) -> str | None:
        """Why the statement is not run; None where it may be."""
        if self.whole and any(map(_ambiguous, self.texts.findall(sql))):
            return "The statement has a comment that can be read in two ways"
        bare = self.texts.sub(" ", sql)
        word = _WORD.search(bare)
        first = word[0].upper() if word else ""
        if first not in self.first:
            return f"Only queries can be run here, not {first or 'this'}"
        if not self.whole:
            return None
        if _OPEN.search(bare):
            return "The statement has a text, a name or a comment that does not end"
        if ";" in bare.rstrip().rstrip(";"):
            return "Only one statement can be run at a time"
        found = self.forbidden.intersection(word.upper() for word in _WORD.findall(bare))
        return f"Only queries can be run here, not {min(found)}" if found else None


def _ambiguous(text: str) -> bool:
    """Whether databases could see the end of a comment elsewhere."""
    if text.startswith("/*"):
        return "/*" in text[2:]
    return text.startswith(("--", "#")) and "\r" in text.removesuffix("\r")


def _texts(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.DOTALL)


STANDARD = Reading(_texts(_STANDARD))
DESCRIBING = Reading(
    _texts(_STANDARD), frozenset({"SELECT", "WITH", "VALUES", "SHOW", "DESCRIBE", "DESC"})
)
BIGQUERY = Reading(_texts(_BACKSLASHES), whole=True)
_CHANGING = (
    "ALTER BACKUP BEGIN BULK CHECKPOINT COMMIT CREATE DBCC DEALLOCATE DECLARE DELETE DENY DISK "
    "DROP DUMP EXEC EXECUTE GRANT IF INSERT INTO KILL LOAD MERGE OPENDATASOURCE OPENQUERY "
    "OPENROWSET PRINT RAISERROR RECONFIGURE RESTORE RETURN REVERT REVOKE ROLLBACK SAVE SET SETUSER "
    "SHUTDOWN TRAN TRANSACTION TRUNCATE UPDATE UPDATETEXT USE WAITFOR WHILE WRITETEXT"
)
SQL_SERVER = Reading(_texts(_BRACKETS), forbidden=frozenset(_CHANGING.split()), whole=True)
"""Its statements need nothing between them; all these words are reserved."""
