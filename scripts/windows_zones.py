"""Writes the table of time zones as SQL Server names them.

`python scripts/windows_zones.py` needs the package tzlocal, which ships the mapping that
Unicode's CLDR keeps (windowsZones). Zones that are missing there get the name of one that has
had the same clock on every day of ten years.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from tzlocal.windows_tz import tz_win

TABLE = Path("src/belvedere/compiler/dialects/windows_zones.txt")
NOT_PLACES = frozenset({"Factory", "localtime"})
START = datetime(2016, 1, 1, 12, tzinfo=UTC)


def clock(name: str) -> tuple[object, ...]:
    zone = ZoneInfo(name)
    days = (START + timedelta(days=day) for day in range(3653))
    return tuple(day.astimezone(zone).utcoffset() for day in days)


def table() -> dict[str, str]:
    known = {zone: windows for zone, windows in tz_win.items() if zone}
    clocks = {clock(zone): windows for zone, windows in sorted(known.items())}
    for zone in sorted(available_timezones() - known.keys() - NOT_PLACES):
        found = clocks.get(clock(zone))
        if found is not None:
            known[zone] = found
    return known


def main() -> None:
    lines = [
        "# IANA zone, then Windows zone. Written by scripts/windows_zones.py; do not edit.",
        f"# From Unicode CLDR's windowsZones as tzlocal {version('tzlocal')} ships it.",
        *(f"{zone}\t{windows}" for zone, windows in sorted(table().items())),
    ]
    TABLE.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
