"""Projects written down as data, to be opened again without reading all their files.

A snapshot holds what a load made: every model, and the time, size and digest of every file it
came from. It is data only (msgpack); explores and views are decoded when they are asked for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import msgspec

from belvedere import __version__
from belvedere.lookml.loading import Imported, Loaded, no_collection
from belvedere.lookml.manifest import Manifest
from belvedere.lookml.mappings import Decoded
from belvedere.lookml.model import Explore, Model, View
from belvedere.lookml.sources import Fingerprint, Imports, digest_of, fingerprint

_DIGEST = 32
_SAME_MOMENT = 2_000_000_000
"""Nanoseconds: a file that changed this shortly before it was read may have changed again within
the same tick of its file system.
"""


class _Folder(msgspec.Struct, frozen=True, array_like=True):
    """A project's folder as it was: modification time, size and digest by path; a folder's path
    ends with a slash.
    """

    root: str
    entries: dict[str, tuple[int, int, str]]


class _Model(msgspec.Struct, frozen=True, array_like=True):
    """`rest` is the model without its explores and views."""

    rest: bytes
    explores: dict[str, bytes]
    views: dict[str, bytes]


class _Snapshot(msgspec.Struct, frozen=True, array_like=True):
    made_by: str
    read_at: int
    name: str
    version: str
    own: _Folder
    imported: dict[str, _Folder | None]
    manifest: Manifest | None
    models: dict[str, _Model]


_decode_snapshot = msgspec.msgpack.Decoder(_Snapshot).decode
_decode_model = msgspec.msgpack.Decoder(Model).decode
_decode_explore = msgspec.msgpack.Decoder(Explore).decode
_decode_view = msgspec.msgpack.Decoder(View).decode
_encode = msgspec.msgpack.Encoder().encode


class Unusable(Exception):
    """The snapshot is torn, of another release, or of other files than there are now."""


@lru_cache(maxsize=1)
def _made_by() -> str:
    """The release and its very sources: what they make of a project may differ from others."""
    digest = hashlib.blake2b(digest_size=16)
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return f"{__version__} {digest.hexdigest()}"


def encoded(root: Path, loaded: Loaded, read_at: int) -> bytes:
    """The snapshot of a load that began at `read_at` (nanoseconds since the epoch).

    Raises ValueError where something cannot be written down, such as a path that is no text.
    """
    imported = {
        name: None if known is None else _folder(f"//{name}/", *known, loaded)
        for name, known in loaded.imported.items()
    }
    snapshot = _Snapshot(
        made_by=_made_by(),
        read_at=read_at,
        name=loaded.name,
        version=loaded.version,
        own=_folder("", root, loaded.state, loaded),
        imported=imported,
        manifest=loaded.manifest,
        models={name: _model(model) for name, model in loaded.models.items()},
    )
    body = _encode(snapshot)
    return hashlib.blake2b(body, digest_size=_DIGEST).digest() + body


def _folder(prefix: str, root: Path, state: Fingerprint, loaded: Loaded) -> _Folder:
    entries = {
        path: (*facts, "" if path.endswith("/") else loaded.files[prefix + path].digest)
        for path, facts in state.items()
    }
    return _Folder(str(root), entries)


def _model(model: Model) -> _Model:
    return _Model(
        rest=_encode(msgspec.structs.replace(model, explores={}, views={})),
        explores={name: _encode(explore) for name, explore in model.explores.items()},
        views={name: _encode(view) for name, view in model.views.items()},
    )


class Restored:
    """A project out of a snapshot, as far as it is known without its files."""

    def __init__(self, snapshot: _Snapshot, state: Fingerprint, imported: Imported) -> None:
        self.name = snapshot.name
        self.version = snapshot.version
        self.state = state
        self.imported = imported
        self.manifest = snapshot.manifest
        self.models: Mapping[str, Model] = {
            name: _restored(model) for name, model in snapshot.models.items()
        }


def _restored(stored: _Model) -> Model:
    return msgspec.structs.replace(
        _decode_model(stored.rest),
        explores=Decoded(stored.explores, _decode_explore),
        views=Decoded(stored.views, _decode_view),
    )


def restored(data: bytes, root: Path, name: str, imports: Imports) -> Restored:
    """The project of a snapshot, if its files are what they were; Unusable otherwise."""
    digest, body = data[:_DIGEST], data[_DIGEST:]
    if hashlib.blake2b(body, digest_size=_DIGEST).digest() != digest:
        raise Unusable("It is torn")
    try:
        with no_collection():
            snapshot = _decode_snapshot(body)
            if snapshot.made_by != _made_by() or snapshot.name != name:
                raise Unusable("It was made by another release, or of another project")
            state = _current(root, snapshot.own, snapshot.read_at)
            imported = {
                other: _imported(imports(other), known, snapshot.read_at)
                for other, known in snapshot.imported.items()
            }
            return Restored(snapshot, state, imported)
    except msgspec.DecodeError as error:
        raise Unusable(str(error)) from None


def _imported(
    path: Path | None, known: _Folder | None, read_at: int
) -> tuple[Path, Fingerprint] | None:
    there = path if path is not None and path.is_dir() else None
    if there is None and known is None:
        return None
    if there is None or known is None:
        raise Unusable("An imported project has come or gone")
    return there, _current(there, known, read_at)


def _current(root: Path, known: _Folder, read_at: int) -> Fingerprint:
    """The folder's fingerprint now; Unusable where a file has other contents than then."""
    state = fingerprint(root)
    if str(root) != known.root or state.keys() != known.entries.keys():
        raise Unusable("Files have come or gone")
    for path, (modified, size) in state.items():
        then, size_then, digest = known.entries[path]
        if path.endswith("/"):
            continue
        if size != size_then:
            raise Unusable(f"{path} has changed")
        doubtful = modified != then or modified > read_at - _SAME_MOMENT
        if doubtful and _digest(root / path) != digest:
            raise Unusable(f"{path} has changed")
    return state


def _digest(path: Path) -> str:
    try:
        return digest_of(path.read_bytes())
    except OSError:
        return ""
