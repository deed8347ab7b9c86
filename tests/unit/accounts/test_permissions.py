"""Who may do what: roles are permission sets over model sets, and add up."""

from __future__ import annotations

import pytest

from belvedere.accounts import permissions, roles
from belvedere.accounts.permissions import DEFAULT_SETS, PARENTS, Permission
from belvedere.accounts.tables import ModelSet, PermissionSet, Role
from belvedere.errors import Invalid

P = Permission


@pytest.fixture
def give(session, ada):
    """Gives ada a role of the permissions on the models."""

    def given(name: str, allowed: list[str], models: list[str]) -> None:
        role = Role(
            name=name,
            permission_set=PermissionSet(name=name, permissions=allowed),
            model_set=ModelSet(name=name, models=models),
        )
        session.add(role)
        ada.roles.append(role)
        session.flush()

    return given


def test_nobody_starts_with_anything(ada) -> None:
    allowed = permissions.of(ada.roles)
    assert not any(allowed.has(permission) for permission in Permission)
    assert not allowed.is_admin


def test_an_administrator_may_do_everything_everywhere(session, ada) -> None:
    roles.give(session, ada, "Admin")
    allowed = permissions.of(ada.roles)
    assert all(allowed.has(permission, "any") for permission in Permission)
    assert allowed.is_admin


@pytest.mark.parametrize("name", ["Developer", "User", "Viewer"])
def test_default_roles_have_their_documented_sets_on_all_models(session, ada, name) -> None:
    roles.give(session, ada, name)
    allowed = permissions.of(ada.roles)
    assert {p for p in Permission if allowed.has(p, "any")} == DEFAULT_SETS[name]
    assert not allowed.is_admin


def test_a_permission_for_models_counts_for_those_of_the_same_role(ada, give) -> None:
    give("a", ["access_data", "explore"], ["sales"])
    give("b", ["access_data"], ["people"])
    allowed = permissions.of(ada.roles)
    assert allowed.may_see_model("sales")
    assert allowed.may_see_model("people")
    assert not allowed.may_see_model("other")
    assert allowed.has(P.explore, "sales")
    assert not allowed.has(P.explore, "people")
    assert allowed.has(P.explore)


def test_a_permission_for_the_instance_counts_everywhere(ada, give) -> None:
    give("a", ["create_table_calculations"], [])
    allowed = permissions.of(ada.roles)
    assert allowed.has(P.create_table_calculations, "any")
    assert not allowed.may_see_model("any")


def test_no_set_that_people_write_makes_an_administrator(ada, give) -> None:
    give("a", [str(permission) for permission in Permission], ["sales"])
    assert not permissions.of(ada.roles).is_admin


def test_models_may_be_named_before_they_exist(ada, give) -> None:
    give("a", ["access_data"], ["not there yet"])
    assert permissions.of(ada.roles).may_see_model("not there yet")


def test_every_parent_is_a_permission_and_the_tree_ends() -> None:
    assert set(PARENTS) == set(Permission)
    for permission in Permission:
        seen = []
        at: Permission | None = permission
        while at is not None:
            assert at not in seen
            seen.append(at)
            at = PARENTS[at]


def test_the_built_in_roles_are_made_once(session) -> None:
    admin = roles.find_by_name(session, "Admin")
    assert admin is not None
    assert admin.permission_set.all_access
    assert admin.permission_set.built_in
    assert session.query(Role).count() == 4


def test_a_role_is_given_once(session, ada) -> None:
    for _ in range(2):
        roles.give(session, ada, "Viewer")
    session.flush()
    session.refresh(ada)
    assert [role.name for role in ada.roles] == ["Viewer"]


def test_a_role_that_is_not_there(session, ada) -> None:
    with pytest.raises(Invalid, match="there are: Admin, Developer, User, Viewer"):
        roles.give(session, ada, "King")
