"""People."""

from __future__ import annotations

import pytest

from belvedere.accounts import passwords, users
from belvedere.errors import Invalid, NotFound


def test_people_are_found_by_number_and_by_address_in_any_case(session, ada) -> None:
    assert users.get(session, ada.id) is ada
    assert users.find_by_email(session, "ada@example.COM") is ada
    assert users.find_by_email(session, "ada_example.com") is None
    with pytest.raises(NotFound):
        users.get(session, 99)


@pytest.mark.parametrize("email", ["", "ada", "a b@c", "@c", "a@", "a@b@c", "a@b\n"])
def test_an_address_has_to_be_one(session, held_clock, email) -> None:
    with pytest.raises(Invalid):
        users.create(session, held_clock(), email=email)


def test_an_address_belongs_to_one_person(session, ada, held_clock) -> None:
    with pytest.raises(Invalid) as raised:
        users.create(session, held_clock(), email="ADA@example.com")
    assert [(p.field, p.code) for p in raised.value.problems] == [("email", "already_exists")]


def test_attributes_that_everybody_has(session, ada) -> None:
    assert users.attributes(ada) == {
        "id": str(ada.id),
        "email": "Ada@Example.com",
        "first_name": "Ada",
        "last_name": "Lovelace",
        "name": "Ada Lovelace",
        "locale": "en",
        "number_format": "1,234.56",
    }
    ada.timezone = "Europe/Berlin"
    assert users.attributes(ada)["timezone"] == "Europe/Berlin"


def test_passwords_are_hashed_slowly_and_each_time_anew() -> None:
    stored = passwords.hashed("correct horse")
    assert stored.startswith("$argon2id$")
    assert stored != passwords.hashed("correct horse")
    assert passwords.matches("correct horse", stored)
    assert not passwords.matches("Correct horse", stored)
    assert not passwords.matches("", "not a hash")
