"""What the columns of a statement are called in SQL."""

from __future__ import annotations

import hashlib

from belvedere.compiler.dialects.base import Dialect

_DIGEST = 8


def output_name(dialect: Dialect, name: str) -> str:
    """The field's name, or where the database would cut it off, its beginning and a digest.

    Rows are read by position: only statements that refer to columns of their own depend on this.
    """
    data = name.encode()
    if len(data) <= dialect.max_identifier_length:
        return name
    room = dialect.max_identifier_length - _DIGEST - 1
    digest = hashlib.sha256(data).hexdigest()[:_DIGEST]
    return f"{data[:room].decode(errors='ignore')}_{digest}"


def output_column(dialect: Dialect, name: str) -> str:
    """The same, quoted."""
    return dialect.column(output_name(dialect, name))
