"""Letting a program in: the authorization endpoint with its consent page, and the tokens."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from belvedere.accounts import audit, oauth
from belvedere.accounts.audit import Actor
from belvedere.accounts.oauth import Grant, OauthError, Reused
from belvedere.accounts.tables import OauthClientApp, User
from belvedere.api.call import Answer, Request
from belvedere.api.pages.visit import Visit
from belvedere.api.services import Services

_REQUEST = (
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
)
_SCOPE = "cors_api"


def authorize(visit: Visit) -> Answer:
    """A code at once for who has let the app in before; else the question whether they do."""
    asked = {name: visit.parameters[name] for name in _REQUEST if name in visit.parameters}
    app = oauth.find_app(visit.db, asked.get("client_id", ""))
    refused = _refused(visit, app, asked)
    if refused is not None or app is None:
        return refused or _forged(visit)
    user = visit.user
    if user is None:
        again = f"/auth?{urlencode(asked)}"
        return visit.redirect(f"/login?return_to={quote(again, safe='')}")
    if not oauth.may_use(visit.db, app, user):
        return _back(visit, asked, error="access_denied")
    if oauth.is_activated(visit.db, app, user.id):
        return _code(visit, app, user, asked)
    return visit.page(
        "consent",
        f"Let {app.display_name} in?",
        csrf=visit.csrf,
        app=app.display_name,
        description=app.description,
        user=user.email or user.display_name,
        redirect_uri=asked["redirect_uri"],
        request=sorted(asked.items()),
    )


def decide(visit: Visit) -> Answer:
    """What the person answered on the consent page."""
    visit.check_form()
    asked = {name: visit.form[name] for name in _REQUEST if name in visit.form}
    app = oauth.find_app(visit.db, asked.get("client_id", ""))
    refused = _refused(visit, app, asked)
    if refused is not None or app is None:
        return refused or _forged(visit)
    user = visit.user
    if user is None:
        return visit.redirect("/login")
    if visit.form.get("decision") != "allow" or not oauth.may_use(visit.db, app, user):
        return _back(visit, asked, error="access_denied")
    oauth.activate(visit.db, app, user.id, visit.now)
    visit.record("oauth_app_activated", user.id, client_guid=app.client_guid)
    return _code(visit, app, user, asked)


def _refused(visit: Visit, app: OauthClientApp | None, asked: dict[str, str]) -> Answer | None:
    """Nobody is sent to an address that the app did not register."""
    uri = asked.get("redirect_uri", "")
    if app is None or not app.enabled or not oauth.redirects_to(app, uri):
        return _forged(visit)
    if asked.get("response_type") != "code":
        return _back(visit, asked, error="unsupported_response_type")
    if not set(asked.get("scope", _SCOPE).split()) <= {_SCOPE}:
        return _back(visit, asked, error="invalid_scope")
    method, challenge = asked.get("code_challenge_method"), asked.get("code_challenge", "")
    if method != "S256" or not oauth.is_challenge(challenge):
        text = "code_challenge with the method S256 is required"
        return _back(visit, asked, error="invalid_request", error_description=text)
    return None


def _forged(visit: Visit) -> Answer:
    text = "The application or the address that it wants to be called back at is not registered."
    return visit.page("message", "This request was refused", 400, text=text, address=None)


def _code(visit: Visit, app: OauthClientApp, user: User, asked: dict[str, str]) -> Answer:
    code = oauth.issue_code(
        visit.db,
        visit.services.vault,
        app,
        user,
        visit.now,
        redirect_uri=asked["redirect_uri"],
        code_challenge=asked["code_challenge"],
    )
    return _back(visit, asked, code=code)


def _back(visit: Visit, asked: dict[str, str], **values: str) -> Answer:
    parts = urlsplit(asked["redirect_uri"])
    query = [*parse_qsl(parts.query, keep_blank_values=True), *values.items()]
    if "state" in asked:
        query.append(("state", asked["state"]))
    return visit.redirect(urlunsplit(parts._replace(query=urlencode(query))))


# Tokens


def token(services: Services, request: Request) -> Answer:
    """`/api/token`: a code or a refresh token for an access token and the next refresh token."""
    now = services.clock()
    try:
        given = _given(request)
        with services.database.session() as session:
            grant = _granted(services, session, given, now)
            actor = Actor(None, None, request.address)
            attributes = {"client_guid": given.get("client_id", "")[:255]}
            audit.record(session, now, "oauth_token", actor, category="api", attributes=attributes)
    except Reused as error:
        with services.database.session() as session:
            oauth.end_family(session, error.family)
        return _error(error)
    except OauthError as error:
        return _error(error)
    body = {
        "access_token": grant.access.token,
        "token_type": "Bearer",
        "expires_in": grant.access.expires_in,
        "refresh_token": grant.refresh_token,
    }
    return _json(200, body)


def _granted(services: Services, session: Any, given: dict[str, str], now: Any) -> Grant:
    lifetime = services.settings.token_lifetime
    kind = given.get("grant_type")
    if kind == "authorization_code":
        return oauth.redeem_code(session, services.vault, given, now, lifetime)
    if kind == "refresh_token":
        return oauth.refresh(session, services.vault, given, now, lifetime)
    raise OauthError(
        "unsupported_grant_type", "grant_type must be authorization_code or refresh_token"
    )


def _given(request: Request) -> dict[str, str]:
    """JSON, or a form."""
    text = request.body.decode("utf-8", "replace")
    if "json" not in request.headers.get("content-type", ""):
        try:
            return dict(parse_qsl(text, max_num_fields=50))
        except ValueError:
            raise OauthError("invalid_request", "The form cannot be read") from None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise OauthError("invalid_request", "The body is not valid JSON") from None
    if not isinstance(value, dict):
        raise OauthError("invalid_request", "The body must be an object")
    return {name: item for name, item in value.items() if isinstance(item, str)}


def _error(error: OauthError) -> Answer:
    return _json(400, {"error": error.code, "error_description": str(error)})


def _json(status: int, body: dict[str, Any]) -> Answer:
    headers = {"Cache-Control": "no-store", "Pragma": "no-cache"}
    return Answer(status, "application/json", json.dumps(body).encode(), headers)
