"""Check the project in a folder, or every project in it, and print what was found."""

from __future__ import annotations

import argparse
import re
import sys
from collections import defaultdict
from pathlib import Path

from tests.corpus.check import Finding, Kind, Report, check

_EXAMPLES = 3
_NAMES = re.compile(r'"[^"]*"|\'[^\']*\'|\d+|\([^)]*\)')


def main() -> None:
    reader = argparse.ArgumentParser("python -m tests.corpus", description=__doc__)
    reader.add_argument("folder", type=Path)
    reader.add_argument("--sql", action="store_true", help="show what was refused")
    reader.add_argument("--most", type=int, help="about so many explores of each model")
    asked = reader.parse_args()
    for root in projects(asked.folder):
        show(check(root, asked.most), with_sql=asked.sql)


def projects(folder: Path) -> list[Path]:
    """The folder itself where it is a project, else those in it."""
    own = [*folder.glob("*.lkml"), *folder.glob("models/*.lkml")]
    return [folder] if own else sorted(path for path in folder.iterdir() if path.is_dir())


def show(report: Report, *, with_sql: bool) -> None:
    _say(
        f"== {report.name}: {report.files} files, {report.models} models, {report.explores} "
        f"explores, {report.fields} fields; {dict(report.dialects)}"
    )
    _say(f"   {len(report.errors)} errors of {len(report.diagnostics)} diagnostics")
    for kind in Kind:
        if report.counts[kind]:
            _say(f"   {report.counts[kind]:>6} {kind}")
    for kind in Kind:
        _grouped(kind, report.of(kind), with_sql=with_sql)


def _grouped(kind: Kind, findings: list[Finding], *, with_sql: bool) -> None:
    groups: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        groups[_NAMES.sub("…", finding.message.split("\n")[0])].append(finding)
    for message, found in sorted(groups.items(), key=lambda item: -len(item[1])):
        _say(f"   - {kind}, {len(found)}×: {message}")
        for finding in found[:_EXAMPLES]:
            _say(f"       {finding.where}: {finding.message.split(chr(10))[0][:200]}")
            if with_sql:
                _say("         " + finding.sql.replace("\n", "\n         "))


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
