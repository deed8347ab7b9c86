"""Content that a change of LookML has broken."""

from __future__ import annotations

from typing import Any

from belvedere import activity
from belvedere.accounts.permissions import Permission
from belvedere.api.call import Call
from belvedere.api.operation import get
from belvedere.api.present.content import text_of
from belvedere.content import folders, roots, validation
from belvedere.content.tables import Dashboard, DashboardElement, DashboardFilter, Folder, Look
from belvedere.content.validation import Problem, Report, Scope
from belvedere.lookml.model import Model
from belvedere.query.references import Broken

_DEVELOP = Permission("develop")
_ELEMENT = (
    "aria_description",
    "body_text",
    "extension_id",
    "filter_id",
    "note_display",
    "note_state",
    "note_text",
    "rich_content_json",
    "subtitle_text",
    "title",
    "title_hidden",
    "title_text",
    "type",
)
_FILTER = ("name", "title", "type", "default_value", "model", "explore", "dimension")


@get("/content_validation", requires=_DEVELOP)
def content_validation(
    call: Call, project_names: list[str] | None, space_ids: list[str] | None
) -> dict[str, Any]:
    """Look through all content of the models that the caller develops."""
    models, permissions = _models(call, project_names), call.session.permissions
    scope = Scope(
        reach=call.reach,
        may_develop=lambda name: permissions.has(_DEVELOP, name),
        folder_ids=_folders(call, space_ids),
        models=frozenset(models) if project_names else None,
    )
    return _present(validation.validate(call.db, models, scope))


def _models(call: Call, project_names: list[str] | None) -> dict[str, Model]:
    """System Activity is one of them, of no project: content asks it too."""
    served = call.services.models
    found = {}
    for name in [*served.names(), activity.MODEL]:
        one = served.find(name)
        if one is None or one.model is None:
            continue
        if not project_names or one.project_name in project_names:
            found[name] = one.model
    return found


def _folders(call: Call, space_ids: list[str] | None) -> frozenset[int] | None:
    """Those folders and everything below them; NotFound for one that may not be seen."""
    if not space_ids:
        return None
    chosen = [folders.get(call.db, identifier) for identifier in space_ids]
    for folder in chosen:
        call.reach.require(sees=call.reach.sees_folder(folder))
    return frozenset(folders.with_those_below(call.db, (folder.id for folder in chosen)))


def _present(report: Report) -> dict[str, Any]:
    return {
        "content_with_errors": [
            _present_problem(number, problem) for number, problem in enumerate(report.problems, 1)
        ],
        "computation_time": round(report.seconds, 6),
        "total_looks_validated": report.looks,
        "total_dashboard_elements_validated": report.elements,
        "total_dashboard_filters_validated": report.filters,
        "total_scheduled_plans_validated": 0,
        "total_alerts_validated": 0,
        "total_explores_validated": report.explores,
    }


def _present_problem(number: int, problem: Problem) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": str(number),
        "errors": [_present_error(error) for error in problem.errors],
    }
    if problem.look is not None:
        shown["look"] = _present_look(problem.look)
    if problem.dashboard is not None:
        shown["dashboard"] = _present_dashboard(problem.dashboard)
    if problem.element is not None:
        shown["dashboard_element"] = _present_element(problem.element)
    if problem.filter is not None:
        shown["dashboard_filter"] = _present_filter(problem.filter)
    if problem.lookml is not None:
        identifier, dashboard = problem.lookml
        title = dashboard.title or dashboard.name
        lookml_folder = folders.public_id(roots.LOOKML)
        shown["lookml_dashboard"] = {"id": identifier, "title": title, "space_id": lookml_folder}
    if problem.lookml_element is not None:
        element = problem.lookml_element
        shown["lookml_dashboard_element"] = {
            "lookml_link_id": element.name,
            "title": element.title or element.name,
        }
    return shown


def _present_error(error: Broken) -> dict[str, Any]:
    return {
        "message": error.message,
        "field_name": error.field,
        "model_name": error.model,
        "explore_name": error.explore,
        "removable": error.removable,
    }


def _present_look(look: Look) -> dict[str, Any]:
    return {
        "id": str(look.id),
        "title": look.title,
        "short_url": f"/looks/{look.id}",
        **_folder(look.folder),
    }


def _present_dashboard(dashboard: Dashboard) -> dict[str, Any]:
    return {
        "id": str(dashboard.id),
        "title": dashboard.title,
        "description": dashboard.description,
        "url": f"/dashboards/{dashboard.id}",
        **_folder(dashboard.folder),
    }


def _folder(folder: Folder | None) -> dict[str, Any]:
    if folder is None:
        return {}
    return {"folder": {"id": folders.public_id(folder.id), "name": folder.name}}


def _present_element(element: DashboardElement) -> dict[str, Any]:
    return {name: getattr(element, name) for name in _ELEMENT} | {
        "id": str(element.id),
        "dashboard_id": str(element.dashboard_id),
        "look_id": text_of(element.look_id),
        "query_id": element.query_slug,
    }


def _present_filter(found: DashboardFilter) -> dict[str, Any]:
    return {name: getattr(found, name) for name in _FILTER} | {
        "id": str(found.id),
        "dashboard_id": str(found.dashboard_id),
    }
