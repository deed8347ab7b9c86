"""Models kept in the instance's home folder, so that a start need not read every file again."""

from __future__ import annotations

import logging
import os
import tempfile
from hashlib import blake2b
from pathlib import Path

from belvedere.lookml.loading import Loaded
from belvedere.lookml.snapshots import Restored, Unusable, encoded, restored
from belvedere.lookml.sources import Imports

_log = logging.getLogger("belvedere.projects")


class KeptModels:
    """One file a project, in a folder that nobody else may read. Processes may write at the same
    time: a file is there whole or not at all.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def _path(self, name: str, root: Path) -> Path:
        digest = blake2b(f"{name}\0{root}".encode("utf-8", "surrogatepass"), digest_size=16)
        return self._folder / f"{digest.hexdigest()}.models"

    def read(self, name: str, root: Path, imports: Imports) -> Restored | None:
        """The project as it was written down, if its files are still the same."""
        try:
            data = self._path(name, root).read_bytes()
            return restored(data, root, name, imports)
        except FileNotFoundError:
            return None
        except (OSError, Unusable) as error:
            _log.info("kept models of %s are not used: %s", name, error)
            return None

    def write(self, root: Path, loaded: Loaded, read_at: int) -> None:
        """Keep what a load that began at `read_at` made; what fails is only logged."""
        unfinished: str | None = None
        try:
            data = encoded(root, loaded, read_at)
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle, unfinished = tempfile.mkstemp(dir=self._folder, suffix=".unfinished")
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            Path(unfinished).replace(self._path(loaded.name, root))
        except (OSError, ValueError) as error:
            _log.warning("models of %s are not kept: %s", loaded.name, error)
            if unfinished is not None:
                Path(unfinished).unlink(missing_ok=True)
