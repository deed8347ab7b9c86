"""Writes docs/operate/settings.md from the settings: `python scripts/settings_doc.py`."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

from belvedere.settings import FILE_NAME, Settings

DOCUMENT = Path("docs/operate/settings.md")


def document() -> str:
    lines = [
        "# Settings",
        "",
        "Written by `python scripts/settings_doc.py`; do not edit. In order of weight: flags of",
        f"the command line, environment variables, the file `{FILE_NAME}` in the home, defaults.",
        "",
        "| name | environment variable | default | meaning |",
        "|---|---|---|---|",
    ]
    for item in fields(Settings):
        default = f"`{item.default}`" if str(item.default) else "–"
        variable = f"`BELVEDERE_{item.name.upper()}`"
        lines.append(f"| {item.name} | {variable} | {default} | {item.metadata['doc']} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    DOCUMENT.write_text(document())
