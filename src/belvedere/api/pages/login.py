"""Signing in with a password and a second factor, and signing out."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from urllib.parse import urlencode

from sqlalchemy import select

from belvedere.accounts import lockouts, membership, permissions, policies, signing_in, totp
from belvedere.accounts.federation.configs import Config
from belvedere.accounts.federation.kinds import LDAP
from belvedere.accounts.federation.ldap import directory
from belvedere.accounts.federation.ldap.client import DirectoryError
from belvedere.accounts.federation.ldap.directory import NotKnown
from belvedere.accounts.federation.person import Unreachable
from belvedere.accounts.federation.providers import alternate_allowed, may_use_password
from belvedere.accounts.lockouts import Attempt
from belvedere.accounts.policies import PasswordPolicy
from belvedere.accounts.signing_in import WrongCredentials
from belvedere.accounts.tables import EmailCredentials, User
from belvedere.api.call import Answer
from belvedere.api.pages import arriving, embed
from belvedere.api.pages.visit import Visit, local
from belvedere.errors import Invalid, TooManyRequests
from belvedere.vault import VaultError

_PENDING = "pending sign-in"
_PENDING_FOR = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Step:
    """Somebody whose password was right: where they go, and what is still asked of them.
    `proven` says that nothing is but a new password.
    """

    user: int
    to: str
    stay: bool
    password: bool
    proven: bool = False
    until: int = 0
    mark: str = ""


def show(visit: Visit) -> Answer:
    """The ways in that there are; the only one at once where it is configured so."""
    return_to = local(visit.parameters.get("return_to", "/"))
    if visit.user is not None:
        return visit.redirect(return_to)
    enabled = visit.services.federation.enabled(visit.db)
    if len(enabled) == 1 and enabled[0].flag("bypass_login_page"):
        return visit.redirect(_way(enabled[0], return_to))
    return _form(visit, return_to)


def show_email(visit: Visit) -> Answer:
    """With a password, for those who may although there is another service."""
    return_to = local(visit.parameters.get("return_to", "/"))
    if visit.user is not None:
        return visit.redirect(return_to)
    enabled = visit.services.federation.enabled(visit.db)
    if enabled and not alternate_allowed(enabled):
        return visit.redirect(f"/login?{urlencode({'return_to': return_to})}")
    return _form(visit, return_to, by_email=True)


def submit(visit: Visit) -> Answer:
    """With the directory where there is one, with a password where there is nothing else."""
    visit.check_form()
    enabled = visit.services.federation.enabled(visit.db)
    found = next((item for item in enabled if item.kind is LDAP), None)
    if found is not None:
        return _ask_directory(visit, found)
    return _check_password(visit, enabled)


def _ask_directory(visit: Visit, config: Config) -> Answer:
    """Failures are counted towards a lockout, except that of a directory that does not answer."""
    return_to = local(visit.form.get("return_to", "/"))
    login, password = _login(visit), visit.form.get("password", "")
    attempt = Attempt("ldap", login, visit.request.address)
    vault = visit.services.vault
    try:
        lockouts.check(visit.db, vault, attempt, visit.now)
        visit.release()
        person, _ = directory.authenticate(config, login, password, lambda _: None)
    except TooManyRequests as error:
        return _form(visit, return_to, str(error), login, 429)
    except NotKnown as error:
        lockouts.failed(visit.db, vault, attempt, visit.now)
        visit.record("login_failed", None, credentials_type="ldap", reason=error.reason)
        return _form(visit, return_to, str(error), login, 401)
    except (Unreachable, DirectoryError) as error:
        return arriving.unreachable(visit, config, error)
    lockouts.succeeded(visit.db, vault, attempt)
    stay = visit.form.get("stay") == "1"
    return arriving.arrive(visit, config, person, return_to, stay=stay)


def submit_email(visit: Visit) -> Answer:
    visit.check_form()
    return _check_password(visit, visit.services.federation.enabled(visit.db), by_email=True)


def _check_password(visit: Visit, enabled: list[Config], *, by_email: bool = False) -> Answer:
    """What comes next: the second factor, a new password, or where the person wanted to go."""
    return_to = local(visit.form.get("return_to", "/"))
    email, password = _login(visit), visit.form.get("password", "")
    services = visit.services
    try:
        checked = signing_in.check_password(
            visit.db, services.vault, email, password, visit.request.address, visit.now
        )
    except WrongCredentials as error:
        visit.record("login_failed", None, email=email[:255])
        return _form(visit, return_to, str(error), email, 401, by_email=by_email)
    except TooManyRequests as error:
        return _form(visit, return_to, str(error), email, 429, by_email=by_email)
    theirs = permissions.of(membership.roles_of(visit.db, checked.user.id))
    if not may_use_password(enabled, theirs):
        visit.record("login_failed", checked.user.id, reason="passwords are not for everybody")
        text = f"Please sign in with {' or '.join(item.kind.title for item in enabled)}"
        return _form(visit, return_to, text, email, 403)
    stay = visit.form.get("stay") == "1"
    step = Step(checked.user.id, return_to, stay=stay, password=checked.needs_new_password)
    if checked.needs_totp:
        return _totp(visit, checked.user, step)
    return _arrived(visit, checked.user, step)


def _login(visit: Visit) -> str:
    """The name that was typed, such that every database can look for it."""
    return visit.form.get("email", "").replace("\0", "").strip()


def second_factor(visit: Visit) -> Answer:
    """The code of the second factor; the first time it is also what enrols the person."""
    visit.check_form()
    step = _opened(visit)
    user = visit.db.get(User, step.user) if step else None
    if step is None or user is None or user.is_disabled or step.proven:
        return _form(visit, "/", "Please sign in again", status=401)
    row = user.totp_credentials
    enrolling = row is not None and not row.verified
    try:
        right = signing_in.check_totp(
            visit.db,
            visit.services.vault,
            user,
            visit.form.get("code", ""),
            visit.request.address,
            visit.now,
        )
    except TooManyRequests as error:
        return _form(visit, "/", str(error), status=429)
    if not right:
        visit.record("login_failed", user.id, credentials_type="totp")
        return _totp(visit, user, step, "The code is wrong", 401)
    if row is not None and enrolling and not step.password:
        codes = totp.new_recovery_codes(visit.services.vault, row)
        _sign_in(visit, user, step)
        return visit.page("recovery", "Codes for recovery", codes=codes, return_to=local(step.to))
    return _arrived(visit, user, step)


def new_password(visit: Visit) -> Answer:
    """A new password that is asked for at sign-in."""
    visit.check_form()
    step = _opened(visit)
    user = visit.db.get(User, step.user) if step else None
    credentials = user.email_credentials if user is not None else None
    if step is None or user is None or credentials is None or not step.proven:
        return _form(visit, "/", "Please sign in again", status=401)
    problem = set_from_form(visit, credentials)
    if problem is not None:
        return _new_password(visit, step, problem)
    return _sign_in(visit, user, step)


def set_from_form(visit: Visit, credentials: EmailCredentials) -> str | None:
    """Set the password that the form holds twice; what is wrong with it, if something is."""
    password = visit.form.get("password", "")
    if password != visit.form.get("again"):
        return "The two passwords are not the same"
    try:
        signing_in.set_password(visit.db, credentials, password, visit.now)
    except Invalid as error:
        return str(error)
    visit.record("password_changed", credentials.user_id)
    return None


def sign_out(visit: Visit) -> Answer:
    visit.check_form()
    visit.sign_out()
    enabled = visit.services.federation.enabled(visit.db)
    if any(item.flag("bypass_login_page") for item in enabled):
        # The sign-in page would lead back in at once.
        text = "You are signed out here, but perhaps not where you signed in."
        return visit.page("message", "Signed out", text=text, address="/login", link="Sign in")
    return visit.redirect("/login")


def rule(policy: PasswordPolicy) -> str:
    """What passwords have to be, in a sentence."""
    parts = [f"at least {policy.min_length} characters"]
    parts += ["a digit"] if policy.require_numeric else []
    parts += ["upper and lower case letters"] if policy.require_upperlower else []
    parts += ["a special character"] if policy.require_special else []
    return f"A password needs {', '.join(parts)}."


# Steps


def _form(
    visit: Visit,
    return_to: str,
    problem: str | None = None,
    login: str = "",
    status: int = 200,
    *,
    by_email: bool = False,
) -> Answer:
    enabled = visit.services.federation.enabled(visit.db)
    asks_directory = not by_email and any(item.kind is LDAP for item in enabled)
    others = [] if by_email else [item for item in enabled if item.kind is not LDAP]
    ways = [(item.kind.title, _way(item, return_to)) for item in others]
    if enabled and not by_email and alternate_allowed(enabled):
        ways.append(("a password", f"/login/email?{urlencode({'return_to': return_to})}"))
    return visit.page(
        "login",
        "Sign in",
        status,
        frames=embed.login_frames(visit, return_to),
        problem=problem,
        csrf=visit.csrf,
        return_to=return_to,
        login=login,
        action="/login/email" if by_email else "/login",
        asks="directory" if asks_directory else "email" if by_email or not enabled else None,
        may_stay=policies.session_policy(visit.db).allow_persistent_sessions,
        others=ways,
    )


def _way(config: Config, return_to: str) -> str:
    return f"/login/{config.kind.name}?{urlencode({'return_to': return_to})}"


def _totp(
    visit: Visit,
    user: User,
    step: Step,
    problem: str | None = None,
    status: int = 200,
) -> Answer:
    row, vault = user.totp_credentials, visit.services.vault
    address = secret = None
    if row is not None and not row.verified:
        address = totp.address(vault, row, user.email or user.display_name, "Belvedere")
        secret = vault.decrypt(row.sealed_secret, totp.CONTEXT)
    return visit.page(
        "totp",
        "Second factor",
        status,
        problem=problem,
        csrf=visit.csrf,
        pending=_sealed(visit, step),
        address=address,
        secret=secret,
    )


def _arrived(visit: Visit, user: User, step: Step) -> Answer:
    if step.password:
        return _new_password(visit, replace(step, proven=True))
    return _sign_in(visit, user, step)


def _new_password(visit: Visit, step: Step, problem: str | None = None) -> Answer:
    return visit.page(
        "password",
        "New password",
        200 if problem is None else 422,
        problem=problem,
        csrf=visit.csrf,
        action="/login/password",
        pending=_sealed(visit, step),
        rule=rule(policies.password_policy(visit.db)),
    )


def _sign_in(visit: Visit, user: User, step: Step) -> Answer:
    signing_in.arrived(user, visit.now)
    visit.sign_in(user, "email", stay=step.stay)
    return visit.redirect(local(step.to))


def _sealed(visit: Visit, step: Step) -> str:
    """How far somebody has come, for the next form to bring back. It ends with the password."""
    until = step.until or int((visit.now + _PENDING_FOR).timestamp())
    told = replace(step, until=until, mark=_mark(visit, step.user))
    return visit.services.vault.encrypt(json.dumps(asdict(told)), _PENDING)


def _opened(visit: Visit) -> Step | None:
    try:
        text = visit.services.vault.decrypt(visit.form.get("pending", ""), _PENDING)
    except VaultError:
        return None
    step = Step(**json.loads(text))
    alive = step.until > visit.now.timestamp()
    return step if alive and step.mark == _mark(visit, step.user) else None


def _mark(visit: Visit, user_id: int) -> str:
    """Another one after the password was changed."""
    row = visit.db.scalar(select(EmailCredentials).where(EmailCredentials.user_id == user_id))
    stored = row.password_hash if row is not None else None
    return visit.services.vault.digest(stored or "")[:16]
