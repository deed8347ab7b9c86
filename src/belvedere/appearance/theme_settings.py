"""What a theme sets, the values of the built-in theme, and which values there can be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from belvedere.appearance import css
from belvedere.errors import Problem

_TEXT, _TILE_TEXT = "#3e3f40", "#3a4245"
_SHOWN = (
    "show_filters_bar",
    "show_title",
    "show_last_updated_indicator",
    "show_reload_data_icon",
    "show_dashboard_menu",
    "show_filters_toggle",
    "show_dashboard_header",
    "show_explore_header",
    "show_explore_title",
    "show_explore_last_run",
    "show_explore_timezone",
    "show_explore_run_stop_button",
    "show_explore_actions_button",
    "show_look_header",
    "show_look_title",
    "show_look_last_run",
    "show_look_timezone",
    "show_look_run_stop_button",
    "show_look_actions_button",
)
_COLORS: Mapping[str, str] = {
    "background_color": "#f6f8fa",
    "font_color": _TEXT,
    "info_button_color": "#1a73e8",
    "primary_button_color": "#1a73e8",
    "text_tile_text_color": _TEXT,
    "tile_background_color": "#ffffff",
    "text_tile_background_color": "",
    "tile_text_color": _TILE_TEXT,
    "title_color": _TILE_TEXT,
    "warn_button_color": "#b3261e",
}
_LENGTHS: Mapping[str, str] = {
    "base_font_size": "12px",
    "dashboard_title_font_size": "20px",
    "page_margin_top": "16px",
    "page_margin_bottom": "16px",
    "page_margin_sides": "16px",
    "tile_title_font_size": "14px",
    "column_gap_size": "8px",
    "row_gap_size": "8px",
    "border_radius": "4px",
}
DEFAULTS: Mapping[str, Any] = {
    **_COLORS,
    **_LENGTHS,
    **dict.fromkeys(_SHOWN, True),
    "color_collection_id": "",
    "font_family": "Roboto, Noto Sans, Helvetica, Arial, sans-serif",
    "font_source": None,
    "tile_title_alignment": "center",
    "tile_shadow": False,
    "center_dashboard_title": False,
    "box_shadow": "none",
    "background_image_url": "",
    "background_image_id": "",
    "background_opacity": 1.0,
}
"""Every setting there is, as the built-in theme has it."""
_TEXTS: Mapping[str, tuple[Callable[[str], bool], str]] = {
    **dict.fromkeys(_COLORS, (css.is_color, "a color such as #1a73e8")),
    **dict.fromkeys(_LENGTHS, (css.is_length, "a length such as 12px")),
    "font_family": (css.is_font_family, "names of fonts, parted by commas"),
    "font_source": (css.is_address, "the http(s) address of a style sheet"),
    "box_shadow": (css.is_shadow, "a shadow such as 0 1px 4px #00000033"),
    "background_image_url": (css.is_address, "the http(s) address of an image"),
    "tile_title_alignment": (("left", "center", "right").__contains__, "left, center or right"),
    "background_image_id": (lambda text: len(text) <= 255, "at most 255 characters"),
}


def problems(settings: Mapping[str, Any]) -> Iterator[Problem]:
    """What is wrong with settings whose types were checked; null and empty texts mean the
    built-in value.
    """
    for name, value in settings.items():
        if name not in DEFAULTS:
            yield _wrong(name, "one of the settings that a theme has")
        elif name in _TEXTS and value not in (None, ""):
            holds, wanted = _TEXTS[name]
            if not holds(str(value)):
                yield _wrong(name, wanted)
    opacity = settings.get("background_opacity")
    if isinstance(opacity, int | float) and not 0 <= opacity <= 1:
        yield _wrong("background_opacity", "between 0 and 1")


def _wrong(name: str, wanted: str) -> Problem:
    return Problem(f"settings.{name}", "invalid", f"{name} must be {wanted}")


def merged(base: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """`given` over `base`; what is null goes back to the built-in value."""
    kept = {**base, **given}
    return {name: value for name, value in kept.items() if value is not None}


def complete(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {**DEFAULTS, **settings}
