"""A process that turns drawings into pictures, for as long as somebody writes to it.

It knows nothing but the drawing library: what it draws comes in whole, nothing is loaded from
anywhere. A request is a length (4 bytes) and JSON, an answer 1 byte (0 well, 1 failed), a length
and the picture or the reason.
"""

from __future__ import annotations

import json
import os
import re
import sys
from typing import Any, BinaryIO

import vl_convert

_LENGTH = 4
_ROOT = re.compile(r"<svg\b[^>]*>")
_SIZE = re.compile(r'\s(width|height|viewBox)="([^"]*)"')
_QUALITY = 92


def main() -> None:
    os.nice(5)  # the server's own work goes first
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    while (request := _read(source)) is not None:
        try:
            status, body = 0, _drawn(json.loads(request))
        except Exception as error:
            status, body = 1, str(error)[:2000].encode("utf-8", "replace")
        sink.write(bytes([status]) + len(body).to_bytes(_LENGTH, "big") + body)
        sink.flush()


def _read(source: BinaryIO) -> bytes | None:
    head = source.read(_LENGTH)
    if len(head) < _LENGTH:
        return None
    return source.read(int.from_bytes(head, "big"))


def _drawn(request: dict[str, Any]) -> bytes:
    svg = request["svg"]
    if svg is None:
        svg = vl_convert.vegalite_to_svg(request["specification"], allowed_base_urls=[])
        svg = _sized(svg, request["width"], request["height"])
    if "<image" in svg:  # texts are escaped: this would be a picture from somewhere else
        raise ValueError("a drawing cannot hold pictures")
    if request["format"] == "svg":
        return str(svg).encode()
    if request["format"] == "jpg":
        return bytes(vl_convert.svg_to_jpeg(svg, quality=_QUALITY))
    return bytes(vl_convert.svg_to_png(svg))


def _sized(svg: str, width: int, height: int) -> str:
    """The same picture at exactly that size, whatever size it came out at."""
    root = _ROOT.search(svg)
    if root is None:
        return svg
    known = dict(_SIZE.findall(root[0]))
    box = known.get("viewBox") or f"0 0 {known.get('width', width)} {known.get('height', height)}"
    kept = _SIZE.sub("", root[0])[:-1]
    size = f' width="{width}" height="{height}" viewBox="{box}"'
    return svg[: root.start()] + kept + size + ">" + svg[root.end() :]


if __name__ == "__main__":
    main()
