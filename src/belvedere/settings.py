"""Every setting of an instance: one frozen type, from the environment and a file."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any

from belvedere.errors import BelvedereError

_PREFIX = "BELVEDERE_"
FILE_NAME = "belvedere.toml"


class SettingsError(BelvedereError):
    """A setting has a value that it cannot have."""


def _setting(
    default: Any,
    doc: str,
    *,
    least: int | None = None,
    most: int | None = None,
    choices: tuple[str, ...] = (),
    secret: bool = False,
) -> Any:
    metadata = {"doc": doc, "least": least, "most": most, "choices": choices}
    return field(default=default, metadata=metadata, repr=not secret)


@dataclass(frozen=True, slots=True)
class Settings:
    """In order of weight: command-line flags, `BELVEDERE_<NAME>`, the file `belvedere.toml` of
    the home, the defaults here.
    """

    home: Path = _setting(
        Path(".belvedere"), "Folder of the instance: database, key, cache, kept models."
    )
    database: str = _setting(
        "", "URL of the application database; empty: SQLite in the home.", secret=True
    )
    secret_key: str = _setting(
        "",
        "Key that stored secrets are sealed with (32 bytes, URL-safe base64), for machines that "
        "share a database; empty: the file `key` in the home.",
        secret=True,
    )
    host: str = _setting("127.0.0.1", "Address to listen on.")
    port: int = _setting(19999, "Port to listen on; 0: any free one.", least=0, most=65535)
    base_url: str = _setting("", "Address that clients see; empty: made from host and port.")
    workers: int = _setting(1, "Server processes.", least=1, most=64)
    token_lifetime: int = _setting(3600, "Seconds that an access token lives.")
    rate_limit: int = _setting(
        0, "Requests a minute that one token may send; 0: no limit.", least=0
    )
    login_attempts: int = _setting(
        20,
        "Failed logins a minute before a client must wait; ten times as many before all clients "
        "of its address must.",
        least=1,
    )
    body_limit: int = _setting(10_000_000, "Largest request body in bytes.", least=1)
    trusted_proxies: str = _setting(
        "127.0.0.0/8,::1",
        "Networks of proxies whose X-Forwarded-For and X-Forwarded-Proto are believed, "
        "comma-separated; empty: nobody's.",
    )
    cors_origins: str = _setting("", "Origins that browsers may call from, comma-separated.")
    egress_ip_addresses: str = _setting(
        "",
        "Addresses that databases see this server come from, comma-separated; "
        "public_egress_ip_addresses tells them.",
    )
    documentation_url: str = _setting("", "Base of error documentation; empty: this server's own.")
    identity_networks: str = _setting(
        "",
        "Networks that identity providers may be in beside public addresses, comma-separated, "
        "such as 10.0.0.0/8.",
    )
    workforce_issuer: str = _setting("", "Issuer of the workforce's OpenID provider.")
    workforce_client_id: str = _setting("", "Who this server is to the workforce's provider.")
    workforce_client_secret: str = _setting(
        "", "What this server proves itself to the workforce's provider with.", secret=True
    )
    cache_bytes: int = _setting(
        1_000_000_000, "Bytes that cached results may take on disk.", least=0
    )
    answer_cache_bytes: int = _setting(
        64_000_000, "Bytes of finished answers kept in memory.", least=0
    )
    artifact_bytes: int = _setting(
        100_000_000, "Bytes that the values in the artifact store may take.", least=0
    )
    cache_seconds: int = _setting(
        3600, "How long a result is reused where the model says nothing.", least=0
    )
    query_timeout: int = _setting(
        600, "Seconds after which a statement is stopped; 0: never.", least=0
    )
    query_queue_timeout: int = _setting(
        120, "Seconds a query waits for a free connection.", least=0
    )
    picture_workers: int = _setting(
        2, "Pictures that one server process has drawn at the same time.", least=1, most=64
    )
    picture_timeout: int = _setting(
        30, "Seconds after which drawing a picture is given up.", least=1
    )
    threads: int = _setting(40, "Requests that one process works on at the same time.", least=1)
    log_level: str = _setting(
        "warning", "debug, info, warning or error.", choices=("debug", "info", "warning", "error")
    )

    @property
    def database_url(self) -> str:
        return self.database or f"sqlite:///{self.home / 'belvedere.db'}"

    @property
    def public_url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return (self.base_url or f"http://{host}:{self.port}").rstrip("/")

    @property
    def allowed_origins(self) -> tuple[str, ...]:
        return _parts(self.cors_origins)

    @property
    def egress_addresses(self) -> tuple[str, ...]:
        return _parts(self.egress_ip_addresses)


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


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
    item = next(item for item in fields(Settings) if item.name == name)
    if isinstance(item.default, Path):
        return Path(value)
    if isinstance(item.default, int):
        return _number(item, value)
    choices = item.metadata["choices"]
    if choices and value not in choices:
        raise SettingsError(f"{name} must be one of {', '.join(choices)}, not {value!r}")
    return str(value)


def _number(item: Field[Any], value: Any) -> int:
    try:
        number = int(str(value))
    except ValueError:
        raise SettingsError(f"{item.name} must be a whole number, not {value!r}") from None
    least, most = item.metadata["least"], item.metadata["most"]
    if least is not None and number < least:
        raise SettingsError(f"{item.name} must be at least {least}, not {number}")
    if most is not None and number > most:
        raise SettingsError(f"{item.name} must be at most {most}, not {number}")
    return number
