"""Writes docs/use/permissions.md from the operations: `python scripts/permissions_doc.py`."""

from __future__ import annotations

from pathlib import Path

from belvedere.accounts.permissions import DEFAULT_ROLES, DEFAULT_SETS, PARENTS, Permission
from belvedere.api import operations
from belvedere.api.operation import OPERATIONS, Operation

DOCUMENT = Path("docs/use/permissions.md")
_HEAD = """# Who may call what

Written by `make permissions-doc` from the operations themselves; do not edit.

An operation needs one permission, or only a sign-in, or nothing. Without a sign-in it answers 401;
without the permission it answers 404, or 403 where it changes something and is published to answer
403 (the API's description lists the errors of every operation). What an operation shows and changes is limited further by what it is
about: models by the model sets of roles, content by the access to its folder, users, groups and
attributes by who may see them.

- `authenticated`: everybody who is signed in; the operation itself looks at whose data it is.
- `public`: everybody.
"""


def roles_with(requires: str) -> tuple[str, ...]:
    """The default roles that may call an operation."""
    if requires in ("public", "authenticated"):
        return DEFAULT_ROLES
    permission = Permission(requires)
    return tuple(
        name for name in DEFAULT_ROLES if name == "Admin" or permission in DEFAULT_SETS[name]
    )


def document() -> str:
    operations.load()
    by_tag: dict[str, list[Operation]] = {}
    for operation in OPERATIONS.values():
        by_tag.setdefault(operation.facts.tag, []).append(operation)
    parts = [_HEAD, _permissions(), *(_table(tag, by_tag[tag]) for tag in sorted(by_tag))]
    return "\n".join(parts)


def _permissions() -> str:
    lines = ["## Permissions", "", "| permission | needs | default roles |", "|---|---|---|"]
    for name, parent in PARENTS.items():
        roles = ", ".join(roles_with(str(name)))
        lines.append(f"| `{name}` | {f'`{parent}`' if parent else ''} | {roles} |")
    return "\n".join([*lines, ""])


def _table(tag: str, found: list[Operation]) -> str:
    lines = [f"## {tag}", "", "| operation | needs | default roles |", "|---|---|---|"]
    for operation in sorted(found, key=lambda item: item.id):
        requires = str(operation.requires)
        roles = "everybody" if requires == "public" else ", ".join(roles_with(requires))
        lines.append(f"| {operation.id} | `{requires}` | {roles} |")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    DOCUMENT.write_text(document())
