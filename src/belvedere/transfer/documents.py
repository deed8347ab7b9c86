"""What is moved: one document for each thing, in files that can be kept under version control."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from belvedere.errors import BadRequest

KINDS = (
    "user_attributes",
    "permission_sets",
    "model_sets",
    "roles",
    "users",
    "groups",
    "color_collections",
    "themes",
    "folders",
    "looks",
    "dashboards",
    "boards",
)
"""In the order in which they can be written: each names only things of kinds before it."""
_UNFIT = re.compile(r"[^a-z0-9]+")
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Document:
    """`key` is unique within the kind, and the same on every instance."""

    kind: str
    key: str
    data: dict[str, Any]


def store(folder: Path, documents: Iterable[Document]) -> int:
    """Write each into a file of its own; files of documents that are not there any more go, and
    no others. Their number.
    """
    written: set[Path] = set()
    for document in documents:
        path = folder / document.kind / _name(document.key)
        path.parent.mkdir(parents=True, exist_ok=True)
        content = {"key": document.key, **document.data}
        text = json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False)
        path.write_text(f"{text}\n", "utf-8")
        written.add(path)
    for kind in KINDS:
        for path in (folder / kind).glob("*.json"):
            if path not in written and _is_ours(path):
                path.unlink()
    return len(written)


def load(folder: Path) -> Iterator[Document]:
    """In the order in which they can be written. BadRequest names a file that cannot be read."""
    if not folder.is_dir():
        raise BadRequest(f"There is no folder {folder}")
    for kind in KINDS:
        found = [_read(kind, path) for path in (folder / kind).glob("*.json")]
        yield from sorted(found, key=lambda document: (document.key.count("/"), document.key))


def _read(kind: str, path: Path) -> Document:
    try:
        content = json.loads(path.read_text("utf-8"))
        return Document(kind, str(content.pop("key")), content)
    except (OSError, ValueError, KeyError, AttributeError) as error:
        raise BadRequest(f"{path} holds no document: {error}") from None


def _is_ours(path: Path) -> bool:
    """Whether the file is named after the document in it."""
    try:
        content = json.loads(path.read_text("utf-8"))
        return path.name == _name(content["key"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def _name(key: str) -> str:
    """Readable, and different for every key whatever the file system makes of letters."""
    digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    readable = _UNFIT.sub("-", key.lower()).strip("-")[:_LONGEST]
    return f"{readable or 'x'}-{digest}.json"
