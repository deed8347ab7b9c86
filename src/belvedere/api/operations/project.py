"""Projects as they are served: their files, what is wrong in them, and their tests."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from belvedere.accounts.permissions import Permission
from belvedere.api.call import Call
from belvedere.api.operation import get, post
from belvedere.compiler import dialects
from belvedere.compiler.layouts import without_effect
from belvedere.connections import connections
from belvedere.engines import keeps_tables
from belvedere.errors import NotFound
from belvedere.lookml.diagnostics import Diagnostic, as_project_error
from belvedere.lookml.manifest import Dependency, Manifest
from belvedere.lookml.model import DataTest, Location, Model
from belvedere.lookml.project import Project
from belvedere.query import data_tests

_SEE = Permission("see_lookml")
_DEVELOP = Permission("develop")
_TYPES = ("model", "view", "explore", "dashboard", "manifest", "strings")


@get("/projects", requires=_SEE)
def all_projects(call: Call) -> list[dict[str, Any]]:
    """The projects that the caller may look into."""
    names = call.services.models.project_names()
    return [_present(call, name) for name in names if _may(call, name, _SEE)]


@get("/projects/{project_id}", requires=_SEE)
def project(call: Call, project_id: str) -> dict[str, Any]:
    """One project."""
    if not _may(call, project_id, _SEE):
        raise NotFound
    return _present(call, project_id)


def _present(call: Call, name: str) -> dict[str, Any]:
    may_develop = call.session.permissions.has(_DEVELOP)
    return {
        "can": {"show": True, "validate": may_develop},
        "id": name,
        "name": name,
        "uses_git": False,
        "is_git_dev_locked": False,
        "git_remote_url": None,
        "git_username": None,
        "git_production_branch_name": "",
        "git_service_name": "bare",
        "pull_request_mode": "off",
        "validation_required": False,
        "git_release_mgmt_enabled": False,
        "allow_warnings": True,
        "is_example": False,
        "has_production_counterpart": True,
        "dependency_status": None,
    }


@get("/projects/{project_id}/manifest", requires=_SEE)
def manifest(call: Call, project_id: str) -> dict[str, Any]:
    """The project's name, what it imports and how it is localized."""
    found = _project(call, project_id)
    written = found.manifest or Manifest()
    answer: dict[str, Any] = {
        "can": {"show": True},
        "name": found.name,
        "imports": [
            _present_import(written.dependencies.get(name) or Dependency(name=name))
            for name in sorted({*written.dependencies, *found.imported})
        ],
    }
    if written.localization is not None:
        answer["localization_settings"] = {
            "default_locale": written.localization.default_locale,
            "localization_level": written.localization.level,
        }
    return answer


def _present_import(dependency: Dependency) -> dict[str, Any]:
    return {
        "name": dependency.name,
        "url": dependency.url,
        "ref": dependency.ref,
        "is_remote": dependency.is_remote,
    }


def _may(call: Call, name: str, permission: Permission) -> bool:
    """Whether there is such a project, and a model of it that the permission is held on: it opens
    all of the project's files.
    """
    models, permissions = call.services.models, call.session.permissions
    reaches_all = permissions.has(Permission("manage_models"))
    held = reaches_all or permissions.has_for_any(permission, models.names_in(name))
    return held and name in models.project_names()


def _project(call: Call, name: str, permission: Permission = _SEE) -> Project:
    if not _may(call, name, permission):
        raise NotFound
    try:
        return call.services.models.project(name)
    except FileNotFoundError:
        raise NotFound from None


# Files


@get("/projects/{project_id}/files", requires=_SEE)
def all_project_files(call: Call, project_id: str) -> list[dict[str, Any]]:
    """The project's LookML files."""
    return [_present_file(path) for path in _own_files(_project(call, project_id))]


@get("/projects/{project_id}/files/file", requires=_SEE)
def project_file(call: Call, project_id: str, file_id: str) -> dict[str, Any]:
    """One file."""
    if file_id not in _own_files(_project(call, project_id)):
        raise NotFound
    return _present_file(file_id)


def _own_files(found: Project) -> list[str]:
    return sorted(path for path in found.files if not path.startswith("//"))


def _present_file(path: str) -> dict[str, Any]:
    name = path.rpartition("/")[2]
    parts = name.split(".")
    kind = next((kind for kind in _TYPES if kind in (parts[0], *parts[1:-1])), "other")
    return {
        "can": {"show": True},
        "id": path,
        "path": path,
        "title": name,
        "type": kind,
        "extension": f".{parts[-1]}",
        "mime_type": "text/x-lookml",
        "editable": False,
    }


# Validation


@post("/projects/{project_id}/validate", requires=_DEVELOP)
def validate_project(call: Call, project_id: str) -> dict[str, Any]:
    """Everything that is wrong in the project."""
    started = time.perf_counter()
    found = _project(call, project_id, _DEVELOP)
    told = [*found.diagnostics, *_of_connections(call, found)]
    errors = [_present_error(found.name, diagnostic) for diagnostic in told]
    return {
        "errors": errors,
        "project_digest": found.version,
        "models_not_validated": [],
        "computation_time": time.perf_counter() - started,
    }


@get("/projects/{project_id}/validate", requires=_DEVELOP)
def project_validation_results(call: Call, project_id: str) -> dict[str, Any]:
    """The same; what is known of files that did not change is not looked at again."""
    return {**validate_project(call, project_id), "stale": False}


def _of_connections(call: Call, project: Project) -> Iterator[Diagnostic]:
    """What the databases of the models do not have."""
    for model in project.models.values():
        row = connections.find(call.db, model.connection or "")
        if row is not None:
            dialect = dialects.get(row.dialect)
            yield from without_effect(model, dialect, keeps_tables=keeps_tables(row.dialect))


def _present_error(project_name: str, diagnostic: Diagnostic) -> dict[str, Any]:
    return as_project_error(diagnostic, _with_project(project_name, diagnostic.location.file))


def _place(project_name: str, location: Location | None) -> dict[str, Any]:
    """Files are named with their project in front, as clients split them."""
    if location is None:
        return {"source_file": None, "file_path": None, "line_number": None}
    path = _with_project(project_name, location.file)
    return {"source_file": location.file, "file_path": path, "line_number": location.line}


def _with_project(project_name: str, file: str) -> str:
    return file[2:] if file.startswith("//") else f"{project_name}/{file}"


# Tests


@get("/projects/{project_id}/lookml_tests", requires=_DEVELOP)
def all_lookml_tests(call: Call, project_id: str, file_id: str | None) -> list[dict[str, Any]]:
    """The project's data tests, perhaps of one file only."""
    found = _project(call, project_id, _DEVELOP)
    return [_present_test(found.name, model, test) for model, test in _tests(call, found, file_id)]


@get("/projects/{project_id}/lookml_tests/run", requires=_DEVELOP)
def run_lookml_test(
    call: Call, project_id: str, file_id: str | None, test: str | None, model: str | None
) -> list[dict[str, Any]]:
    """Run data tests: all of them, or those of a file, a model, a name."""
    found = _project(call, project_id, _DEVELOP)
    return [
        _run(call, found.name, owner, item)
        for owner, item in _tests(call, found, file_id)
        if test in (None, "", item.name) and model in (None, "", owner.name)
    ]


def _tests(call: Call, found: Project, file_id: str | None) -> Iterator[tuple[Model, DataTest]]:
    for model in found.models.values():
        if not call.session.permissions.may_see_model(model.name):
            continue
        for test in model.tests:
            place = test.location.file if test.location else ""
            if not file_id or file_id in (place, _with_project(found.name, place)):
                yield model, test


def _present_test(project_name: str, model: Model, test: DataTest) -> dict[str, Any]:
    source = test.explore_source
    pairs = [("fields", ",".join(data_tests.fields(model, test)))]
    pairs += [(f"f[{name}]", text) for name, text in data_tests.filters(model, test).items()]
    return {
        "can": {"run": True},
        "model_name": model.name,
        "name": test.name,
        "explore_name": source.explore,
        "query_url_params": urlencode(pairs),
        "file": _with_project(project_name, test.location.file) if test.location else "",
        "line": test.location.line if test.location else None,
    }


def _run(call: Call, project_name: str, model: Model, test: DataTest) -> dict[str, Any]:
    outcome = data_tests.run(call.services.runner, model, test, call.session)
    place = _place(project_name, test.location)
    return {
        "can": {},
        "model_name": model.name,
        "test_name": test.name,
        "assertions_count": len(test.asserts),
        "assertions_failed": outcome.failed,
        "errors": [
            {
                "code": "test",
                "severity": "error",
                "kind": "test",
                "message": message,
                "field_name": None,
                **place,
                "model_id": model.name,
                "explore": test.explore_source.explore,
                "help_url": None,
                "params": {},
                "sanitized_message": message,
            }
            for message in outcome.failures
        ],
        "warnings": [],
        "success": not outcome.failures,
    }
