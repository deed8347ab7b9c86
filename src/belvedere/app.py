"""The composition root: everything an instance is made of, put together once."""

from __future__ import annotations

from importlib import import_module

from sqlalchemy.orm import Session

from belvedere import clock, keys
from belvedere.accounts import founding, tokens
from belvedere.accounts.federation.providers import Federation
from belvedere.accounts.password_mail import PasswordMail
from belvedere.accounts.throttle import Throttle
from belvedere.api import operations
from belvedere.api.application import Application
from belvedere.api.authentication import Authenticator
from belvedere.api.services import Services
from belvedere.appearance import themes
from belvedere.charts.painter import Painter
from belvedere.clock import Clock
from belvedere.connections.registry import EngineRegistry
from belvedere.content import personal, roots
from belvedere.content.access import ContentAccess
from belvedere.instance.origins import AllowedOrigins
from belvedere.projects.kept_models import KeptModels
from belvedere.projects.served import ServedModels
from belvedere.query.announced import AnnouncedQueries
from belvedere.query.cache import ResultCache
from belvedere.query.datagroups import DatagroupStates, TriggerChecks
from belvedere.query.derived.builder import Builder
from belvedere.query.derived.materializations import Materializations
from belvedere.query.derived.published import PublishedViews
from belvedere.query.derived.regenerator import Regenerator
from belvedere.query.derived.states import KeptStates
from belvedere.query.history import History
from belvedere.query.palettes import CollectionPalettes
from belvedere.query.pictures import Pictures
from belvedere.query.runner import Runner
from belvedere.query.running import RunningQueries
from belvedere.query.tasks import Tasks
from belvedere.settings import Settings
from belvedere.store import Database, EpochWatch, migrations
from belvedere.vault import FileVault, Vault

TABLES = (
    "instance",
    "appearance",
    "artifacts",
    "accounts",
    "connections",
    "projects",
    "query",
    "content",
)


def open_database(settings: Settings) -> Database:
    """The application database, brought up to date."""
    for package in TABLES:
        import_module(f"belvedere.{package}.tables")
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = Database(settings.database_url)
    migrations.upgrade(database, _furnish)
    personal.follow(database)
    return database


def _furnish(session: Session) -> None:
    """What every instance has from its first moment."""
    founding.seed(session)
    themes.seed(session)
    roots.seed(session, clock.now())


def open_vault(settings: Settings) -> Vault:
    if settings.secret_key:
        return Vault(keys.parsed(settings.secret_key, "secret_key"))
    return FileVault(settings.home / "key")


def build(settings: Settings, now: Clock = clock.now) -> Application:
    """An instance, ready to answer."""
    operations.load()
    database, vault = open_database(settings), open_vault(settings)
    watch = EpochWatch(database)
    engines = EngineRegistry(database, vault, settings, watch)
    models = ServedModels(database, watch, KeptModels(settings.home / "models"))
    running = RunningQueries()
    cache = ResultCache(settings.home / "cache", settings.cache_bytes)
    datagroups = DatagroupStates(database, watch)
    states = KeptStates(database, watch, now)
    builder = Builder(states, PublishedViews(database, states, now), now)
    history = History(database, now)
    painter = Painter(settings.picture_workers, settings.picture_timeout)
    pictures = Pictures(painter, CollectionPalettes(database, watch))
    runner = Runner(
        engines, models, cache, datagroups, builder, running, history, pictures, settings, now
    )
    triggers = TriggerChecks(database, models, engines, now)
    triggers.start()
    regenerator = Regenerator(database, models, engines, builder, running, now)
    regenerator.start()
    materializations = Materializations(database, builder, running, now)
    announced = AnnouncedQueries(database, running, now)
    tasks = Tasks(database, runner, settings.home / "results", now)
    services = Services(
        settings=settings,
        clock=now,
        vault=vault,
        database=database,
        watch=watch,
        engines=engines,
        models=models,
        runner=runner,
        triggers=triggers,
        builder=builder,
        regenerator=regenerator,
        materializations=materializations,
        running=announced,
        tasks=tasks,
        authenticator=Authenticator(database, vault, watch, now),
        throttle=Throttle(settings.login_attempts),
        password_mail=PasswordMail(database, vault, settings.public_url),
        federation=Federation(settings, vault),
        origins=AllowedOrigins(database, watch, settings.allowed_origins),
        access=ContentAccess(),
    )
    with database.session() as session:
        tokens.purge_expired(session, now())
    tasks.purge()

    def close() -> None:
        services.password_mail.close()
        triggers.close()
        regenerator.stop()
        running.stop_all()
        regenerator.close()
        materializations.close()
        announced.close()
        tasks.close()
        painter.close()
        history.close()
        models.close()
        cache.close()
        engines.close()
        watch.close()
        database.close()

    return Application(services, close)
