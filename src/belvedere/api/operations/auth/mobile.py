"""Mobile devices of those who may use the mobile application."""

from __future__ import annotations

from typing import Any

from belvedere.accounts import mobile_devices
from belvedere.accounts.permissions import Permission
from belvedere.accounts.tables import MobileDevice
from belvedere.api.call import Call
from belvedere.api.operation import delete, get, patch, post
from belvedere.errors import NotFound

_USE = Permission("mobile_app_access")


@get("/mobile/settings", requires="authenticated")
def mobile_settings(call: Call) -> dict[str, Any]:
    """What the mobile application has to know: whether the caller may use it."""
    return {
        "mobile_force_authentication": False,
        "mobile_app_integration": call.session.permissions.has(_USE),
        "mobile_feature_flags": [],
        "enhanced_search_enabled": False,
    }


@post("/mobile/device", requires="authenticated")
def register_mobile_device(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """Register a device of the caller."""
    if not call.session.permissions.has(_USE):
        raise NotFound
    return _present(mobile_devices.register(call.db, call.session.user_id, body, call.now))


@patch("/mobile/device/{device_id}", requires="authenticated")
def update_mobile_device_registration(call: Call, device_id: str) -> dict[str, Any]:
    """Say that a device of the caller is still in use."""
    found = mobile_devices.of(call.db, call.session.user_id, device_id)
    found.updated_at = call.now
    return _present(found)


@delete("/mobile/device/{device_id}", requires="authenticated")
def deregister_mobile_device(call: Call, device_id: str) -> None:
    """Forget a device of the caller."""
    call.db.delete(mobile_devices.of(call.db, call.session.user_id, device_id))


def _present(row: MobileDevice) -> dict[str, Any]:
    return {"id": row.id, "device_token": row.device_token, "device_type": row.device_type}
