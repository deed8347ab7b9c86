"""The second factor: codes of six digits that change every thirty seconds (RFC 6238)."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime

import pyotp

from belvedere.accounts.tables import TotpCredentials
from belvedere.vault import Vault

CONTEXT = "credentials_totp.secret"
_STEP = 30
_RECOVERY_CODES = 10


def enrolled(vault: Vault, user_id: int, now: datetime) -> TotpCredentials:
    """Credentials with a new secret, not verified yet."""
    sealed = vault.encrypt(pyotp.random_base32(), CONTEXT)
    return TotpCredentials(user_id=user_id, sealed_secret=sealed, created_at=now)


def address(vault: Vault, row: TotpCredentials, account: str, issuer: str) -> str:
    """What an authenticator application reads."""
    made: str = pyotp.TOTP(vault.decrypt(row.sealed_secret, CONTEXT)).provisioning_uri(
        name=account, issuer_name=issuer
    )
    return made


def accept(vault: Vault, row: TotpCredentials, code: str, now: datetime) -> bool:
    """Whether the code is right: that of now, of one step before or after, or for recovery.
    None is accepted twice.
    """
    given = code.strip().replace(" ", "")
    if len(given) != 6:
        return _accept_recovery(vault, row, given)
    codes = pyotp.TOTP(vault.decrypt(row.sealed_secret, CONTEXT))
    current = int(now.timestamp()) // _STEP
    for counter in (current - 1, current, current + 1):
        fresh = row.last_counter is None or counter > row.last_counter
        if fresh and hmac.compare_digest(codes.generate_otp(counter).encode(), given.encode()):
            row.last_counter, row.verified = counter, True
            return True
    return False


def _accept_recovery(vault: Vault, row: TotpCredentials, code: str) -> bool:
    digest = vault.digest(f"recovery {code.lower()}")[:32]
    left = row.recovery_digests.split()
    if digest not in left:
        return False
    row.recovery_digests = " ".join(item for item in left if item != digest)
    return True


def new_recovery_codes(vault: Vault, row: TotpCredentials) -> list[str]:
    """Ten codes that work once each, in place of those before; told once."""
    codes = [secrets.token_hex(5) for _ in range(_RECOVERY_CODES)]
    row.recovery_digests = " ".join(vault.digest(f"recovery {code}")[:32] for code in codes)
    return codes
