"""The parameters that every way of running a query has in common."""

from __future__ import annotations

from belvedere.api.call import Call
from belvedere.api.operation import read_parameter
from belvedere.errors import Invalid, Problem
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
    limit = read("limit", "int")
    if problems:
        raise Invalid(*problems)
    return RunOptions(
        result_format=result_format,
        limit=limit if isinstance(limit, int) else None,
        path_prefix=call.parameters.get("path_prefix"),
        **{name: _FLAGS[name] if flag is None else bool(flag) for name, flag in flags.items()},
    )
