"""The parser reads everything, loses nothing, and agrees with the field's other parser."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import lkml
import pytest
from hypothesis import given, settings, strategies as st

import belvedere.demo
from belvedere.lookml.parse import parse
from belvedere.lookml.tree import Node, SyntaxTree

DEMO = Path(belvedere.demo.__file__).parent / "project"
WORDS = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
TEXT = st.text(alphabet="abz 09_.,:;#{}[]()'$%é\n", max_size=20)
SQL = st.text(alphabet="abz 09_.,:#'${}()=<>\n", max_size=30).filter(
    lambda text: text.count("{") == text.count("}")
)
LISTS = ("fields", "tags", "suggestions", "timeframes")
BLOCKS = ("dimension", "measure", "filter", "set", "view", "explore")


def quoted(text: str) -> str:
    return '"' + text + '"'


def leaf() -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(st.just("label"), TEXT.map(quoted)),
        st.tuples(st.just("hidden"), st.sampled_from(["yes", "no"])),
        st.tuples(st.just("type"), WORDS),
        st.tuples(st.just("sql"), SQL.map(lambda sql: f"{sql} ;;")),
        st.tuples(
            st.sampled_from(LISTS), st.lists(WORDS, max_size=4).map(lambda w: f"[{', '.join(w)}]")
        ),
        st.tuples(
            st.just("tags"),
            st.lists(TEXT.map(quoted), min_size=1, max_size=3).map(lambda w: f"[{', '.join(w)}]"),
        ),
    ).map(lambda pair: f"{pair[0]}: {pair[1]}")


def block(depth: int) -> st.SearchStrategy[str]:
    inner = leaf() if depth == 0 else st.one_of(leaf(), leaf(), block(depth - 1))
    return st.tuples(st.sampled_from(BLOCKS), WORDS, st.lists(inner, max_size=4)).map(
        lambda parts: f"{parts[0]}: {parts[1]} {{\n" + "\n".join(once(parts[2])) + "\n}"
    )


def once(entries: list[str]) -> list[str]:
    """Blocks, and of the rest the first of each key: lkml takes no key twice."""
    found: dict[str, str] = {}
    for number, entry in enumerate(entries):
        key = entry.partition(":")[0]
        found.setdefault(f"{key} {number}" if key in BLOCKS else key, entry)
    return list(found.values())


def comparable(nodes: Any) -> list[Any]:
    """What lkml's tree and ours both say, in order."""
    found = []
    for node in nodes:
        value: Any = node.value
        if node.kind == "block":
            value = comparable(node.children)
        elif node.kind == "list":
            value = [child.value for child in node.children]
        found.append((node.key, node.name, value))
    return found


def theirs(container: Any) -> list[Any]:
    found = []
    for item in container.items:
        if isinstance(item, lkml.tree.BlockNode):
            name = item.name.value if item.name else None
            found.append((item.type.value, name, theirs(item.container)))
        elif isinstance(item, lkml.tree.ListNode):
            found.append((item.type.value, None, [child.value for child in item.items]))
        elif isinstance(item.value, lkml.tree.ExpressionSyntaxToken):
            found.append((item.type.value, None, item.value.value.strip()))
        else:
            found.append((item.type.value, None, item.value.value.replace('\\"', '"')))
    return found


def read_by_lkml(text: str) -> list[Any]:
    return theirs(lkml.parse(text).container)


@settings(max_examples=300, deadline=None)
@given(st.lists(block(2), min_size=1, max_size=3))
def test_generated_files_read_as_lkml_reads_them(blocks: list[str]) -> None:
    text = "\n".join(blocks)
    tree = parse(text)
    assert tree.problems == []
    assert comparable(tree.nodes) == read_by_lkml(text)


@pytest.mark.parametrize("path", sorted(DEMO.rglob("*.lkml")), ids=lambda path: path.name)
def test_the_demo_reads_as_lkml_reads_it(path: Path) -> None:
    text = path.read_text()
    assert comparable(parse(text).nodes) == read_by_lkml(text)


def check_spans(tree: SyntaxTree, nodes: Any, start: int, end: int) -> None:
    for node in nodes:
        assert start <= node.start <= node.end <= end
        if node.key:
            assert tree.text.startswith(node.key, node.start)
        check_spans(tree, node.children, node.start, node.end)
    for left, right in pairwise(nodes):
        assert left.end <= right.start


def blanked(tree: SyntaxTree) -> str:
    """The text without what its top-level nodes cover."""
    rest = tree.text
    for node in reversed(tree.nodes):
        rest = rest[: node.start] + rest[node.end :]
    return rest


@settings(max_examples=200, deadline=None)
@given(st.lists(block(2), max_size=3), st.lists(st.sampled_from(["\n", "# a note\n", " , "])))
def test_nothing_but_blanks_and_comments_is_outside_the_nodes(
    blocks: list[str], between: list[str]
) -> None:
    text = "".join(
        part + gap for part, gap in zip(blocks, [*between, *["\n"] * len(blocks)], strict=False)
    )
    tree = parse(text)
    check_spans(tree, tree.nodes, 0, len(text))
    rest = [line for line in blanked(tree).splitlines() if not line.strip(" ,").startswith("#")]
    assert not "".join(rest).strip(" ,\n")


@settings(max_examples=500, deadline=None)
@given(st.text(alphabet='ab: {}[]";#,$@\\\n.+-_', max_size=60))
def test_any_text_is_read_to_its_end(text: str) -> None:
    tree = parse(text)
    check_spans(tree, tree.nodes, 0, len(text))
    for problem in tree.problems:
        location = tree.location(problem.offset)
        assert 1 <= location.line <= text.count("\n") + 1


@settings(max_examples=200, deadline=None)
@given(st.lists(block(2), min_size=1, max_size=2), st.data())
def test_what_follows_a_broken_place_is_still_read(blocks: list[str], data: st.DataObject) -> None:
    text = "\n".join(blocks)
    at = data.draw(st.integers(0, len(text)))
    torn = (
        text[:at] + data.draw(st.sampled_from(["}", "]", '"', "{", ":", ";;", "view"])) + text[at:]
    )
    check_spans(parse(torn), parse(torn).nodes, 0, len(torn))


def only(text: str) -> Node:
    tree = parse(text)
    assert tree.problems == []
    (node,) = tree.nodes
    return node


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('label: "A \\"b\\" c"', 'A "b" c'),
        ('label: "a\nb"', "a\nb"),
        ("type: number", "number"),
        ("sql: a ;;", "a"),
        ("sql_on: ${a.b} = ${c.d} ;;", "${a.b} = ${c.d}"),
        ("sql: -- a comment\n a ;;", "-- a comment\n a"),
        ("sql:: doubled ;;", "doubled"),
        ("hidden:yes", "yes"),
        ('html: <a href="x">{{ value }}</a> ;;', '<a href="x">{{ value }}</a>'),
        ("expression: ${a} + 1 ;;", "${a} + 1"),
        ("connection: @{name}", "@{name}"),
        ("hidden: # why\n yes", "yes"),
    ],
)
def test_values(text: str, expected: str) -> None:
    assert only(text).value == expected


def test_names_of_blocks() -> None:
    assert only("view: +users { }").name == "+users"
    assert only('datagroup: "a b" {}').name == "a b"
    assert only("derived_table: {}").name is None
    assert only("view: a{dimension: b{}}").children[0].name == "b"


@pytest.mark.parametrize(
    ("text", "message", "line", "column"),
    [
        ("view: a {\n", "never closed", 1, 1),
        ("view: a {}\n}", "no block is open", 2, 1),
        ("view: a {\n  !\n}", "Cannot read this as LookML", 2, 3),
        ("view: a {\n  tags: [b\n}", "not closed by ]", 2, 3),
        ("view: a {\n  sql: b\n  dimension: c {}\n}", "not ended by ;;", 2, 3),
    ],
)
def test_problems_say_what_and_where(text: str, message: str, line: int, column: int) -> None:
    tree = parse(text, "a.view.lkml")
    assert message in tree.problems[0].message
    found = tree.location(tree.problems[0].offset)
    assert (found.file, found.line, found.column) == ("a.view.lkml", line, column)


@pytest.mark.parametrize("gap", [" ", "\n", ",", " ,\n", "# note\n", "  # note\n\n"])
def test_what_cannot_be_read_behind_a_long_gap_is_told_at_once(gap: str) -> None:
    tree = parse("view: a {" + gap * 3000 + "! }" + gap * 3000 + "!")
    assert len(tree.problems) >= 1


def test_deep_nesting_is_refused_and_not_fatal() -> None:
    tree = parse("view: a {" * 5000)
    assert any("too deeply" in problem.message for problem in tree.problems)


@pytest.mark.parametrize("opening", ["{{ value }} {", "{% if value %} {"])
def test_a_text_may_show_lookml(opening: str) -> None:
    text = f"view: v {{ dimension: a {{ html: <b>\n  dimension: {opening} <br> }} ;; }} }}"
    tree = parse(text)
    assert not tree.problems
    (html,) = tree.nodes[0].children[0].children
    assert html.value == f"<b>\n  dimension: {opening} <br> }}"
