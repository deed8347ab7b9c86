"""What operations work on: made once, when the instance starts."""

from __future__ import annotations

from dataclasses import dataclass

from belvedere.accounts.federation.providers import Federation
from belvedere.accounts.password_mail import PasswordMail
from belvedere.accounts.throttle import Throttle
from belvedere.api.authentication import Authenticator
from belvedere.clock import Clock
from belvedere.connections.registry import EngineRegistry
from belvedere.content.access import ContentAccess
from belvedere.instance.origins import AllowedOrigins
from belvedere.projects.served import ServedModels
from belvedere.query.announced import AnnouncedQueries
from belvedere.query.datagroups import TriggerChecks
from belvedere.query.derived.builder import Builder
from belvedere.query.derived.materializations import Materializations
from belvedere.query.derived.regenerator import Regenerator
from belvedere.query.runner import Runner
from belvedere.query.tasks import Tasks
from belvedere.settings import Settings
from belvedere.store import Database, EpochWatch
from belvedere.vault import Vault


@dataclass(frozen=True, slots=True)
class Services:
    settings: Settings
    clock: Clock
    vault: Vault
    database: Database
    watch: EpochWatch
    engines: EngineRegistry
    models: ServedModels
    runner: Runner
    triggers: TriggerChecks
    running: AnnouncedQueries
    builder: Builder
    regenerator: Regenerator
    materializations: Materializations
    tasks: Tasks
    authenticator: Authenticator
    throttle: Throttle
    password_mail: PasswordMail
    federation: Federation
    origins: AllowedOrigins
    access: ContentAccess
