"""What the operations of every service that people sign in with have in common."""

from __future__ import annotations

from typing import Any

from belvedere.accounts.federation import configs, governing
from belvedere.accounts.federation.kinds import Kind
from belvedere.api.call import Call
from belvedere.api.present.federation import present_config
from belvedere.instance.configuration import Change


def show(call: Call, kind: Kind) -> dict[str, Any]:
    return present_config(call, configs.read(call.db, call.services.vault, kind))


def change(call: Call, kind: Kind, body: dict[str, Any]) -> dict[str, Any]:
    call.services.federation.check(kind, body)
    made = configs.change(call.db, call.services.vault, kind, body, _by(call))
    governing.apply(call.db, made)
    call.record(f"{kind.name}_config_changed", properties=sorted(body))
    return present_config(call, made)


def show_trial(call: Call, kind: Kind, slug: str) -> dict[str, Any]:
    found = configs.trial(call.db, call.services.vault, kind, slug, call.now)
    return present_config(call, found)


def begin_trial(call: Call, kind: Kind, body: dict[str, Any]) -> dict[str, Any]:
    """It is never in force; `/login/<kind>?test=<slug>` walks through it without signing in."""
    given = {**body, "enabled": False}
    made = configs.begin_trial(call.db, call.services.vault, kind, given, _by(call))
    return present_config(call, made)


def end_trial(call: Call, kind: Kind, slug: str) -> None:
    configs.end_trial(call.db, kind, slug)


def _by(call: Call) -> Change:
    return Change(call.now, call.session.user_id)
