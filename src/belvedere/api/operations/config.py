"""Versions, descriptions, time zones, locales, addresses, legacy features."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from belvedere.accounts.permissions import Permission
from belvedere.api import descriptions
from belvedere.api.call import Call, Text
from belvedere.api.operation import get, patch
from belvedere.errors import NotFound

_ADMIN = Permission("administer")
_LOCALES = (
    ("cs", "čeština", "Czech"),
    ("da", "dansk", "Danish"),
    ("de", "Deutsch", "German"),
    ("en", "English", "English"),
    ("es", "español", "Spanish"),
    ("fi", "suomi", "Finnish"),
    ("fr", "français", "French"),
    ("hi", "हिन्दी", "Hindi"),
    ("it", "italiano", "Italian"),
    ("ja", "日本語", "Japanese"),
    ("ko", "한국어", "Korean"),
    ("lt", "lietuvių", "Lithuanian"),
    ("nb", "norsk bokmål", "Norwegian"),
    ("nl", "Nederlands", "Dutch"),
    ("pl", "polski", "Polish"),
    ("pt", "português", "Portuguese"),
    ("pt-BR", "português (Brasil)", "Portuguese (Brazil)"),
    ("ru", "русский", "Russian"),
    ("sv", "svenska", "Swedish"),
    ("th", "ไทย", "Thai"),
    ("tr", "Türkçe", "Turkish"),
    ("uk", "українська", "Ukrainian"),
    ("zh-CN", "简体中文", "Chinese (simplified)"),
    ("zh-TW", "繁體中文", "Chinese (traditional)"),
)
_REGIONS = frozenset(
    [
        "Africa",
        "America",
        "Antarctica",
        "Arctic",
        "Asia",
        "Atlantic",
        "Australia",
        "Europe",
        "Indian",
        "Pacific",
    ]
)


@get("/versions", requires="public")
def versions(call: Call) -> dict[str, Any]:
    """The API's versions and the server's addresses."""
    return descriptions.versions(call.services.settings.public_url)


@get("/api_spec/{api_version}/{specification}", requires="public")
def api_spec(call: Call, api_version: str, specification: str) -> Text:
    """The API's description, as Swagger 2.0 or OpenAPI 3.0."""
    if api_version != "4.0" or specification not in descriptions.NAMES:
        raise NotFound
    body = descriptions.encoded(specification, call.services.settings.public_url)
    return Text("application/json", body)


@get("/timezones", requires="authenticated")
def all_timezones(call: Call) -> list[dict[str, Any]]:
    """Every time zone that queries can be run in."""
    del call
    return _timezones()


@lru_cache(maxsize=1)
def _timezones() -> list[dict[str, Any]]:
    names = sorted(name for name in available_timezones() if name.partition("/")[0] in _REGIONS)
    found = [{"value": "UTC", "label": "UTC", "group": "Common"}]
    for name in names:
        region, _, place = name.partition("/")
        label = place.replace("_", " ").replace("/", " - ")
        found.append({"value": name, "label": f"{region} - {label}", "group": region})
    return found


@get("/locales", requires="authenticated")
def all_locales(call: Call) -> list[dict[str, Any]]:
    """Every locale that a user can have."""
    del call
    return [
        {"code": code, "native_name": native, "english_name": english}
        for code, native, english in _LOCALES
    ]


@get("/public_egress_ip_addresses", requires=_ADMIN)
def public_egress_ip_addresses(call: Call) -> dict[str, Any]:
    """The addresses that others see this server come from, as its settings name them."""
    return {"egress_ip_addresses": list(call.services.settings.egress_addresses)}


@get("/legacy_features", requires=_ADMIN)
def all_legacy_features(call: Call) -> list[dict[str, Any]]:
    """None: nothing that this server once did differently can be switched back on."""
    del call
    return []


@get("/legacy_features/{legacy_feature_id}", requires=_ADMIN)
def legacy_feature(call: Call, legacy_feature_id: str) -> dict[str, Any]:
    """One of those, of which there are none."""
    raise _no_feature(call, legacy_feature_id)


@patch("/legacy_features/{legacy_feature_id}", requires=_ADMIN)
def update_legacy_feature(call: Call, legacy_feature_id: str) -> dict[str, Any]:
    """Switch one of those, of which there are none."""
    raise _no_feature(call, legacy_feature_id)


def _no_feature(call: Call, legacy_feature_id: str) -> NotFound:
    del call
    return NotFound(f"There is no legacy feature {legacy_feature_id[:100]}")
