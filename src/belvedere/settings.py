"""Every setting of an instance: one frozen type, from the environment and a file."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from belvedere.errors import BelvedereError

_PREFIX = "BELVEDERE_"
FILE_NAME = "belvedere.toml"


class SettingsError(BelvedereError):
    """A setting has a value that it cannot have."""


def _setting(default: Any, doc: str) -> Any:
    return field(default=default, metadata={"doc": doc})


@dataclass(frozen=True, slots=True)
class Settings:
    """In order of weight: command-line flags, `BELVEDERE_<NAME>`, the file `belvedere.toml` of
    the home, the defaults here.
    """

    home: Path = _setting(Path(".belvedere"), "Folder of the instance: database, key, cache.")
    database: str = _setting("", "URL of the application database; empty: SQLite in the home.")
    host: str = _setting("127.0.0.1", "Address to listen on.")
    port: int = _setting(19999, "Port to listen on.")
    base_url: str = _setting("", "Address that clients see; empty: made from host and port.")
    workers: int = _setting(1, "Server processes.")
    token_lifetime: int = _setting(3600, "Seconds that an access token lives.")
    rate_limit: int = _setting(0, "Requests a minute that one token may send; 0: no limit.")
    login_attempts: int = _setting(20, "Failed logins a minute before a client must wait.")
    body_limit: int = _setting(10_000_000, "Largest request body in bytes.")
    cors_origins: str = _setting("", "Origins that browsers may call from, comma-separated.")
    documentation_url: str = _setting("", "Base of error documentation; empty: this server's own.")
    cache_bytes: int = _setting(1_000_000_000, "Bytes that cached results may take on disk.")
    answer_cache_bytes: int = _setting(64_000_000, "Bytes of finished answers kept in memory.")
    cache_seconds: int = _setting(3600, "How long a result is reused where the model says nothing.")
    query_timeout: int = _setting(600, "Seconds after which a statement is stopped.")
    query_queue_timeout: int = _setting(120, "Seconds a query waits for a free connection.")
    threads: int = _setting(40, "Requests that one process works on at the same time.")
    log_level: str = _setting("warning", "debug, info, warning or error.")

    @property
    def database_url(self) -> str:
        return self.database or f"sqlite:///{self.home / 'belvedere.db'}"

    @property
    def public_url(self) -> str:
        return (self.base_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def allowed_origins(self) -> tuple[str, ...]:
        return tuple(part.strip() for part in self.cors_origins.split(",") if part.strip())


def load(
    home: Path | None = None, environment: Mapping[str, str] | None = None, **flags: Any
) -> Settings:
    """The settings in force; `flags` that are None count as not given."""
    env = os.environ if environment is None else environment
    chosen_home = home or Path(env.get(f"{_PREFIX}HOME", str(Settings().home)))
    values: dict[str, Any] = dict(_from_file(chosen_home / FILE_NAME))
    for item in fields(Settings):
        name = f"{_PREFIX}{item.name.upper()}"
        if name in env:
            values[item.name] = env[name]
    values |= {name: value for name, value in flags.items() if value is not None}
    values["home"] = chosen_home
    return Settings(**{name: _typed(name, value) for name, value in values.items()})


def _from_file(path: Path) -> dict[str, Any]:
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {error}") from None
    known = {item.name for item in fields(Settings)}
    for name in values:
        if name not in known:
            raise SettingsError(f"{path}: there is no setting {name}")
    return values


def _typed(name: str, value: Any) -> Any:
    default = next(item.default for item in fields(Settings) if item.name == name)
    if isinstance(default, Path):
        return Path(value)
    if isinstance(default, int):
        try:
            return int(value)
        except (TypeError, ValueError):
            raise SettingsError(f"{name} must be a whole number, not {value!r}") from None
    return str(value)
