"""Writes docs/COVERAGE.md: which operations are built, and which tests call them.

`python -m tests.coverage_doc` runs the tests of the API and notes which operation each test
got an answer from; an operation counts as tested only then.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from belvedere.api import contract, operations
from belvedere.api.operation import OPERATIONS

DOCUMENT = Path("docs/COVERAGE.md")


def noted() -> dict[str, set[str]]:
    """Tests by operation, from a run of tests/api."""
    with tempfile.TemporaryDirectory() as folder:
        notes = Path(folder) / "notes"
        environment = {**os.environ, "BELVEDERE_COVERAGE_NOTES": str(notes)}
        command = [sys.executable, "-m", "pytest", "-q", "tests/api"]
        subprocess.run(command, check=True, env=environment)
        found: dict[str, set[str]] = {}
        for line in notes.read_text().splitlines():
            operation, test = line.split("\t")
            found.setdefault(operation, set()).add(test)
    return found


def document(tests: dict[str, set[str]]) -> str:
    published = contract.operations()
    built = {name: fact for name, fact in published.items() if name in OPERATIONS}
    lines = [
        "# Coverage of the API",
        "",
        "Written by `make coverage-doc`; do not edit. An operation is listed as tested only when",
        "a test got an answer from it. What is not listed answers 501 with its name.",
        "",
        f"{len(built)} of {len(published)} operations are built.",
        "",
        "| operation | method and path | tests | for example |",
        "|---|---|---:|---|",
    ]
    for name, fact in sorted(built.items(), key=lambda item: (item[1].tag, item[0])):
        found = sorted(tests.get(name, ()))
        example = found[0].removeprefix("tests/api/") if found else "**none**"
        path = f"`{fact.method} {fact.path}`"
        lines.append(f"| {name} ({fact.tag}) | {path} | {len(found)} | {example} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    operations.load()
    DOCUMENT.write_text(document(noted()))


if __name__ == "__main__":
    main()
