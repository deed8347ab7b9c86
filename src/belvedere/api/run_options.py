"""The parameters that every way of running a query has in common."""

from __future__ import annotations

from belvedere.api.call import Call
from belvedere.api.operation import read_parameter
from belvedere.charts.drawn import LARGEST_SIDE, LEAST_SIDE
from belvedere.errors import Invalid, Problem
from belvedere.query.definition import UNLIMITED
from belvedere.query.options import RunOptions

_FLAGS = {
    "apply_formatting": False,
    "apply_vis": False,
    "cache": True,
    "cache_only": False,
    "generate_drill_links": False,
    "force_production": False,
    "rebuild_pdts": False,
    "server_table_calcs": False,
}

_SIDES = ("image_width", "image_height")


def _side(name: str, value: object, problems: list[Problem]) -> int | None:
    if not isinstance(value, int):
        return None
    if not LEAST_SIDE <= value <= LARGEST_SIDE:
        message = f"{name} must be between {LEAST_SIDE} and {LARGEST_SIDE} pixels, not {value}"
        problems.append(Problem(name, "invalid", message))
    return value


def _limit(value: object, problems: list[Problem]) -> int | None:
    if not isinstance(value, int):
        return None
    if value < UNLIMITED:
        message = f"limit must be {UNLIMITED} (no limit), 0 or more, not {value}"
        problems.append(Problem("limit", "invalid", message))
    return value


def run_options(call: Call, result_format: str) -> RunOptions:
    """Read from the query string; Invalid names every parameter that cannot be read."""
    problems: list[Problem] = []

    def read(name: str, kind: str) -> object:
        try:
            return read_parameter(name, kind, call)
        except Invalid as error:
            problems.extend(error.problems)
            return None

    flags = {name: read(name, "bool") for name in _FLAGS}
    limit = _limit(read("limit", "int"), problems)
    width, height = (_side(name, read(name, "int"), problems) for name in _SIDES)
    if problems:
        raise Invalid(*problems)
    return RunOptions(
        result_format=result_format,
        image_width=width,
        image_height=height,
        limit=limit,
        path_prefix=call.parameters.get("path_prefix"),
        **{name: _FLAGS[name] if flag is None else bool(flag) for name, flag in flags.items()},
    )
