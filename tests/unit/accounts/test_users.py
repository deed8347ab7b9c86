"""People."""

from __future__ import annotations

import pytest

from belvedere.accounts import attributes, groups, membership, passwords, roles, users
from belvedere.accounts.federation import arrival
from belvedere.accounts.tables import UserAttributeGroupValue
from belvedere.errors import Invalid, NotFound


def test_people_are_found_by_number_and_by_address_in_any_case(session, ada) -> None:
    assert users.get(session, ada.id) is ada
    assert users.find_by_email(session, "ada@example.COM") is ada
    assert users.find_by_email(session, "ada_example.com") is None
    with pytest.raises(NotFound):
        users.get(session, 99)


@pytest.mark.parametrize("email", ["", "ada", "a b@c", "@c", "a@", "a@b@c", "a@b\nc"])
def test_an_address_has_to_be_one(session, held_clock, email) -> None:
    with pytest.raises(Invalid):
        users.create(session, held_clock(), email=email)


def test_an_address_belongs_to_one_person(session, ada, held_clock) -> None:
    with pytest.raises(Invalid) as raised:
        users.create(session, held_clock(), email="ADA@example.com")
    assert [(p.field, p.code) for p in raised.value.problems] == [("email", "already_exists")]


def test_attributes_that_everybody_has(session, vault, ada) -> None:
    assert attributes.of(session, vault, ada).values == {
        "id": str(ada.id),
        "email": "Ada@Example.com",
        "first_name": "Ada",
        "last_name": "Lovelace",
        "name": "Ada Lovelace",
        "full_name": "Ada Lovelace",
        "landing_page": "/browse",
        "locale": "en",
        "number_format": "1,234.56",
    }


def test_own_values_come_before_those_of_groups_and_the_default(session, vault, ada) -> None:
    zone = next(item for item in attributes.everything(session) if item.name == "timezone")

    def value() -> str | None:
        return attributes.of(session, vault, ada).values.get("timezone")

    zone.default_value = "UTC"
    assert value() == "UTC"
    inner, outer = (groups.create(session, {"name": name}) for name in ("inner", "outer"))
    groups.add_group(session, outer, inner)
    groups.add_user(session, inner, ada)
    for group, rank, text in ((inner, 2, "Asia/Tokyo"), (outer, 1, "Europe/Rome")):
        session.add(
            UserAttributeGroupValue(
                user_attribute_id=zone.id, group_id=group.id, rank=rank, value=text
            )
        )
    session.flush()
    assert value() == "Europe/Rome"
    attributes.set_value(session, vault, ada.id, zone, "Europe/Berlin")
    session.flush()
    assert value() == "Europe/Berlin"
    attributes.set_value(session, vault, ada.id, zone, None)
    session.flush()
    assert value() == "Europe/Rome"


def test_roles_come_from_groups_in_groups_too(session, ada) -> None:
    inner, outer = (groups.create(session, {"name": name}) for name in ("inner", "outer"))
    groups.add_group(session, outer, inner)
    groups.add_user(session, inner, ada)
    viewer = roles.find_by_name(session, "Viewer")
    assert viewer is not None
    groups.set_roles(session, outer, [viewer.id])
    assert membership.roles_of(session, ada.id) == [viewer]
    assert membership.role_ids(session, [ada.id]) == {ada.id: [viewer.id]}
    with pytest.raises(Invalid):
        groups.add_group(session, inner, outer)
    groups.remove_user(session, inner, ada)
    assert membership.roles_of(session, ada.id) == []


def test_passwords_are_hashed_slowly_and_each_time_anew() -> None:
    stored = passwords.hashed("correct horse")
    assert stored.startswith("$argon2id$")
    assert stored != passwords.hashed("correct horse")
    assert passwords.matches("correct horse", stored)
    assert not passwords.matches("Correct horse", stored)
    assert not passwords.matches("", "not a hash")


def test_addresses_that_are_the_same() -> None:
    assert arrival.same_address("Kim@Example.com", "kim@example.COM")
    assert arrival.same_address("é@example.com", "é@example.com")
    for other in ("\u212aim@example.com", "k\u0131m@example.com", "kim@example.co"):
        assert not arrival.same_address(other, "kim@example.com")
        assert not arrival.same_address("kim@example.com", other)
