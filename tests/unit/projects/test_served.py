from __future__ import annotations

import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from belvedere.errors import NotFound
from belvedere.lookml.model import Model
from belvedere.lookml.project import Imports, Project, open_project
from belvedere.projects import folders, models
from belvedere.projects.folders import ProjectFolder
from belvedere.projects.served import Served, ServedModels
from belvedere.store import Database, EpochWatch

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)


@pytest.fixture
def serving(database: Database, watch: EpochWatch, folder: Path) -> ServedModels:
    with database.session() as session:
        models.add_project(session, "p", folder, NOW)
        for name in ("shop", "other", "absent"):
            models.register(session, name, "p", "c", NOW)
        models.create_configuration(session, {"name": "loose"}, NOW)
    return ServedModels(database, watch)


def write(path: Path, text: str) -> None:
    """Writes so that a later writing always has another time or size."""
    before = path.stat() if path.exists() else None
    path.write_text(text)
    after = path.stat()
    same = before and (before.st_mtime_ns, before.st_size) == (after.st_mtime_ns, after.st_size)
    assert not same


def test_configured_models_are_served(serving: ServedModels) -> None:
    assert serving.names() == ["absent", "loose", "other", "shop"]
    assert list(serving.model("shop").explores) == ["orders"]
    assert serving.model("shop").project == "p"
    assert serving.model("shop") is serving.model("shop")
    found = serving.get("shop")
    assert (found.project_name, found.allowed_connections) == ("p", ("c",))


@pytest.mark.parametrize("name", ["absent", "loose"])
def test_a_configuration_without_lookml_has_no_model(serving: ServedModels, name: str) -> None:
    assert serving.get(name).model is None
    with pytest.raises(NotFound):
        serving.model(name)


def test_unknown_names(serving: ServedModels) -> None:
    assert serving.find("nothing") is None
    for ask in (serving.get, serving.model, serving.project):
        with pytest.raises(NotFound):
            ask("nothing")


def test_connections_that_a_model_may_use() -> None:
    limited = Served("m", "p", None, ("c",), False)
    assert (limited.may_use("c"), limited.may_use("d")) == (True, False)
    assert Served("m", "p", None, (), True).may_use("d")


def test_an_edit_counts_from_the_next_call(serving: ServedModels, folder: Path) -> None:
    before = serving.model("shop")
    other = serving.model("other")
    assert list(before.views["orders"].fields) == ["id"]
    write(folder / "orders.view.lkml", "view: orders { dimension: id {} dimension: added {} }")
    after = serving.model("shop")
    assert list(after.views["orders"].fields) == ["id", "added"]
    assert after.version != before.version
    assert serving.model("other").version == other.version
    assert list(before.views["orders"].fields) == ["id"]


def test_new_and_deleted_files_count_too(serving: ServedModels, folder: Path) -> None:
    assert serving.get("absent").model is None
    write(folder / "absent.model.lkml", 'connection: "c" explore: x {} view: x {}')
    assert list(serving.model("absent").explores) == ["x"]
    (folder / "absent.model.lkml").unlink()
    assert serving.get("absent").model is None


def test_a_broken_file_leaves_the_others_working(serving: ServedModels, folder: Path) -> None:
    serving.model("shop")
    write(folder / "other.model.lkml", "explore: { { view: ;; \x00 }")
    assert list(serving.model("shop").explores) == ["orders"]
    assert serving.project("p").errors
    write(folder / "other.model.lkml", 'connection: "c" explore: mended {} view: mended {}')
    assert list(serving.model("other").explores) == ["mended"]
    assert not serving.project("p").errors


def test_a_folder_can_vanish_and_come_back(serving: ServedModels, folder: Path) -> None:
    away = folder.with_name("away")
    folder.rename(away)
    assert serving.get("shop").model is None
    away.rename(folder)
    assert serving.model("shop")
    shutil.rmtree(folder)
    assert serving.get("shop").model is None


def test_changes_in_the_database_count_at_once(
    serving: ServedModels, database: Database, folder: Path
) -> None:
    assert serving.find("shop") is not None
    copy = folder.with_name("copy")
    shutil.copytree(folder, copy)
    write(copy / "shop.model.lkml", 'connection: "d" explore: moved {} view: moved {}')
    with database.session() as session:
        models.delete_configuration(session, models.get_configuration(session, "loose"))
        models.add_project(session, "p", copy, NOW)
    assert serving.find("loose") is None
    assert list(serving.model("shop").explores) == ["moved"]


def test_a_project_is_loaded_once_however_many_ask(
    serving: ServedModels, monkeypatch: pytest.MonkeyPatch
) -> None:
    loads: list[str | None] = []
    begun, proceed = threading.Event(), threading.Event()

    def slowly(root: Path, name: str, imports: Imports) -> Project:
        loads.append(name)
        begun.set()
        assert proceed.wait(10)
        return open_project(root, name, imports)

    def ask() -> Model:
        together.wait(10)
        return serving.model("shop")

    monkeypatch.setattr(folders, "open_project", slowly)
    together = threading.Barrier(8)
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(ask) for _ in range(8)]
        assert begun.wait(10)
        proceed.set()
        found = [future.result(10) for future in asked]
    assert loads == ["p"]
    assert all(model is found[0] for model in found)


def test_readers_never_see_half_a_project(serving: ServedModels, folder: Path) -> None:
    stop = threading.Event()

    def read() -> set[tuple[str, ...]]:
        seen = set()
        while not stop.is_set():
            seen.add(tuple(serving.model("shop").views["orders"].fields))
        return seen

    with ThreadPoolExecutor(4) as pool:
        readers = [pool.submit(read) for _ in range(4)]
        for count in range(2, 22):
            new = folder / "new"
            fields = " ".join(f"dimension: f{n} {{}}" for n in range(count))
            new.write_text(f"view: orders {{ {fields} }}")
            new.replace(folder / "orders.view.lkml")
        stop.set()
        seen = set().union(*(reader.result(10) for reader in readers))
    whole = {tuple(f"f{n}" for n in range(count)) for count in range(2, 22)} | {("id",)}
    assert seen <= whole
    assert len(serving.model("shop").views["orders"].fields) == 21


class Scans:
    """A clock that only scans move, and a project whose scans take `cost` seconds."""

    def __init__(self, project: Project, cost: float) -> None:
        self.now = 1000.0
        self.cost = cost
        self.count = 0
        self._project = project

    def monotonic(self) -> float:
        return self.now

    def time_ns(self) -> int:
        return int(self.now * 1e9)

    def reloaded(self) -> Scans:
        self.count += 1
        self.now += self.cost
        return self

    @property
    def models(self) -> object:
        return self._project.models


@pytest.mark.parametrize(("cost", "every_call"), [(0.0005, True), (0.05, False)])
def test_only_long_scans_are_spared(
    folder: Path, monkeypatch: pytest.MonkeyPatch, cost: float, every_call: bool
) -> None:
    scans = Scans(open_project(folder, "p"), cost)
    monkeypatch.setattr(folders, "time", scans)
    monkeypatch.setattr(folders, "open_project", lambda *_: scans)
    watched = ProjectFolder("p", folder, lambda _: None)
    start = scans.now
    for _ in range(2000):
        watched.current()
        scans.now += 0.001
    if every_call:
        assert scans.count == 1999
    else:
        assert scans.count > 1
        assert scans.count * cost <= 0.06 * (scans.now - start)
