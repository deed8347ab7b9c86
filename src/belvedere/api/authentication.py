"""Who sends a request: the token in its Authorization header."""

from __future__ import annotations

import threading

from belvedere.accounts import tokens
from belvedere.accounts.tokens import AccessSession
from belvedere.clock import Clock
from belvedere.errors import Unauthenticated
from belvedere.store import Database, EpochWatch
from belvedere.vault import Vault

_MOST_KNOWN = 50_000


def token_in(header: str | None) -> str | None:
    """`token X` or `Bearer X`, in any case."""
    if not header:
        return None
    scheme, _, token = header.strip().partition(" ")
    token = token.strip()
    return token if scheme.lower() in ("token", "bearer") and token else None


class Authenticator:
    """Remembers live sessions for as long as nothing about accounts has changed."""

    def __init__(self, database: Database, vault: Vault, watch: EpochWatch, clock: Clock) -> None:
        self._database = database
        self._vault = vault
        self._watch = watch
        self._clock = clock
        self._lock = threading.Lock()
        self._epoch = -1
        self._known: dict[str, AccessSession] = {}

    def session(self, header: str | None, user_agent: str = "") -> AccessSession | None:
        """The session of the header's token; None without a header. Unauthenticated for a dead
        one, and for one that was given to another browser.
        """
        token = token_in(header)
        if token is None:
            return None
        epoch = self._watch.current("accounts")
        with self._lock:
            if epoch != self._epoch or len(self._known) > _MOST_KNOWN:
                self._known.clear()
                self._epoch = epoch
            found = self._known.get(token)
        now = self._clock()
        if found is None:
            with self._database.reading() as session:
                found = tokens.find(session, self._vault, self._vault.digest(token), now)
            if found is not None:
                with self._lock:
                    if self._epoch == epoch:  # else it may be older than what changed meanwhile
                        self._known[token] = found
        if found is None or found.expires_at <= now or found.user_agent not in (None, user_agent):
            raise Unauthenticated("Requires authentication.")
        return found
