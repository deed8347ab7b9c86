"""Which derived tables are made from which, as a graph and in the dot language."""

from __future__ import annotations

import re
from collections.abc import Mapping, Set as AbstractSet

from belvedere.lookml.model import Model, View

Graph = Mapping[str, AbstractSet[str]]
"""Derived table → the derived tables that it reads, by view name."""

_TABLE = re.compile(r"\$\{\s*([\w.]+)\.SQL_TABLE_NAME\s*\}")


def derived_graph(model: Model) -> Graph:
    """Every derived table of the model."""
    derived = {view.name for view in model.views.values() if view.derived_table is not None}
    return {
        view.name: frozenset(_reads(model, view) & derived - {view.name})
        for view in model.views.values()
        if view.name in derived
    }


def _reads(model: Model, view: View) -> set[str]:
    table = view.derived_table
    if table is None:
        return set()
    texts = [table.sql or "", table.sql_create or "", *table.create_process]
    found = {name for text in texts for name in _TABLE.findall(text)}
    source = table.explore_source
    explore = model.explores.get(source.explore) if source is not None else None
    if explore is not None:
        found |= {explore.base_view, *(join.view for join in explore.joins)}
    return found


def below(graph: Graph, name: str) -> Graph:
    """The part of the graph that the table needs, itself included."""
    found: dict[str, AbstractSet[str]] = {}
    wanted = [name]
    while wanted:
        here = wanted.pop()
        if here in graph and here not in found:
            found[here] = graph[here]
            wanted += graph[here]
    return found


def in_order(graph: Graph) -> list[str]:
    """Every table after those that it reads; of a circle, in some order."""
    found: dict[str, None] = {}
    open_names: set[str] = set()

    def visit(name: str) -> None:
        if name in found or name in open_names or name not in graph:
            return
        open_names.add(name)
        for read in sorted(graph[name]):
            visit(read)
        found[name] = None

    for name in sorted(graph):
        visit(name)
    return list(found)


def dot(graph: Graph, colors: Mapping[str, str]) -> str:
    """The graph as text; every table in the colour of its state, arrows to what it reads."""
    lines = [f"  {_quoted(name)} [color={_quoted(colors[name])}];" for name in sorted(graph)]
    lines += [
        f"  {_quoted(name)} -> {_quoted(read)};"
        for name in sorted(graph)
        for read in sorted(graph[name])
        if read in graph
    ]
    return "\n".join(["digraph {", *lines, "}"])


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
