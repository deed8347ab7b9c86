"""Groups, roles and user attributes, called by the unmodified official Python SDK."""

from __future__ import annotations

from collections.abc import Iterator

import looker_sdk
import pytest
from looker_sdk import error, models40 as models

from .conftest import Server
from .noting import Noting, published


@pytest.fixture
def sdk(server: Server) -> Iterator[Noting]:
    client = looker_sdk.init40(str(server.ini))
    yield Noting(client)
    client.auth.logout()


@pytest.fixture
def user(sdk: Noting) -> Iterator[str]:
    made = sdk.create_user(models.WriteUser(first_name="Grace", last_name="Gopher"))
    yield made.id
    sdk.delete_user(made.id)


@pytest.fixture
def group(sdk: Noting) -> Iterator[str]:
    made = sdk.create_group(models.WriteGroup(name="SDK outer"))
    yield made.id
    sdk.delete_group(made.id)


def test_groups(sdk: Noting, user: str, group: str) -> None:
    inner = sdk.create_group(models.WriteGroup(name="SDK inner")).id
    inclusion = models.GroupIdForGroupInclusion(group_id=inner)
    assert sdk.add_group_group(group, inclusion).id == inner
    added = sdk.add_group_user(inner, models.GroupIdForGroupUserInclusion(user_id=user))
    assert inner in added.group_ids
    assert [item.id for item in sdk.all_group_groups(group)] == [inner]
    assert [item.id for item in sdk.all_group_users(inner, sorts="last_name")] == [user]
    with pytest.raises(error.SDKError):
        sdk.add_group_group(inner, models.GroupIdForGroupInclusion(group_id=group))
    ids = models.DelimSequence([group, inner])
    assert {item.id for item in sdk.all_groups(ids=ids, fields="id")} == {group, inner}
    renamed = sdk.update_group(inner, models.WriteGroup(name="SDK within"))
    assert (renamed.name, renamed.user_count) == ("SDK within", 1)
    assert sdk.group(inner).name == "SDK within"
    assert [item.id for item in sdk.search_groups(name="sdk w%")] == [inner]
    (told,) = sdk.search_groups_with_hierarchy(name="SDK within")
    assert list(told.parent_group_ids) == [group]
    sdk.set_role_groups("4", [group])
    (named,) = sdk.search_groups_with_roles(name="SDK outer")
    assert [role.name for role in named.roles] == ["Viewer"]
    group_values(sdk, group)
    sdk.delete_group_from_group(group, inner)
    sdk.delete_group_user(inner, user)
    assert list(sdk.all_group_groups(group)) == list(sdk.all_group_users(inner)) == []
    sdk.delete_group(inner)
    with pytest.raises(error.SDKError, match="Not found"):
        sdk.group(inner)
    assert published("Group") - sdk.called == set()


def group_values(sdk: Noting, group: str) -> None:
    timezone = next(item for item in sdk.all_user_attributes() if item.name == "timezone").id
    body = models.UserAttributeGroupValue(value="Asia/Tokyo")
    given = sdk.update_user_attribute_group_value(group, timezone, body)
    assert (given.group_id, given.value) == (group, "Asia/Tokyo")
    sdk.delete_user_attribute_group_value(group, timezone)
    with pytest.raises(error.SDKError):
        sdk.delete_user_attribute_group_value(group, timezone)


def test_roles(sdk: Noting, user: str, group: str) -> None:
    tree = {item.permission: item.parent for item in sdk.all_permissions()}
    assert tree["explore"] == "see_looks"
    permissions, chosen = permission_sets(sdk), model_sets(sdk)
    body = models.WriteRole(name="SDK role", permission_set_id=permissions, model_set_id=chosen)
    role = sdk.create_role(body)
    assert sdk.update_role(role.id, models.WriteRole(name="SDK part")).name == "SDK part"
    assert list(sdk.role(role.id).model_set.models) == ["thelook"]
    ids = models.DelimSequence([role.id])
    assert [item.name for item in sdk.all_roles(ids=ids)] == ["SDK part"]
    assert [item.id for item in sdk.search_roles(name="sdk p%", built_in=False)] == [role.id]
    sdk.add_group_user(group, models.GroupIdForGroupUserInclusion(user_id=user))
    assert [item.id for item in sdk.set_role_groups(role.id, [group])] == [group]
    assert [item.id for item in sdk.role_groups(role.id)] == [group]
    assert [item.id for item in sdk.role_users(role.id)] == [user]
    assert list(sdk.role_users(role.id, direct_association_only=True)) == []
    assert [item.id for item in sdk.set_role_users(role.id, [user])] == [user]
    (counted,) = sdk.search_roles_with_user_count(name="SDK part")
    assert counted.user_count == 1
    with pytest.raises(error.SDKError, match="SDK part"):
        sdk.delete_permission_set(permissions)
    sdk.delete_role(role.id)
    assert list(sdk.search_roles(name="SDK part")) == []
    sdk.delete_permission_set(permissions)
    sdk.delete_model_set(chosen)
    for gone, identifier in ((sdk.permission_set, permissions), (sdk.model_set, chosen)):
        with pytest.raises(error.SDKError, match="Not found"):
            gone(identifier)
    assert published("Role") - sdk.called == set()


def permission_sets(sdk: Noting) -> str:
    body = models.WritePermissionSet(name="SDK may", permissions=["access_data"])
    made: str = sdk.create_permission_set(body).id
    wider = models.WritePermissionSet(permissions=["access_data", "see_looks"])
    assert set(sdk.update_permission_set(made, wider).permissions) == {"access_data", "see_looks"}
    assert sdk.permission_set(made).name == "SDK may"
    assert made in {item.id for item in sdk.all_permission_sets()}
    assert [item.id for item in sdk.search_permission_sets(name="sdk%")] == [made]
    with pytest.raises(error.SDKError) as raised:
        sdk.update_permission_set(made, models.WritePermissionSet(permissions=["fly"]))
    assert raised.value.errors[0].field == "permissions"
    return made


def model_sets(sdk: Noting) -> str:
    made: str = sdk.create_model_set(models.WriteModelSet(name="SDK models", models=[])).id
    assert list(sdk.search_model_sets(models="thelook", name="SDK%")) == []
    changed = sdk.update_model_set(made, models.WriteModelSet(models=["thelook"]))
    assert list(changed.models) == ["thelook"]
    assert [item.id for item in sdk.search_model_sets(models="thelook", name="SDK%")] == [made]
    assert sdk.model_set(made).name == "SDK models"
    assert made in {item.id for item in sdk.all_model_sets()}
    return made


def test_user_attributes(sdk: Noting, user: str, group: str) -> None:
    body = models.WriteUserAttribute(
        name="sdk_region", label="SDK region", type="string", default_value="EU"
    )
    made = sdk.create_user_attribute(body)
    area = models.WriteUserAttribute(name="sdk_region", label="SDK area", type="string")
    assert sdk.update_user_attribute(made.id, area).label == "SDK area"
    assert sdk.user_attribute(made.id).default_value == "EU"
    assert "sdk_region" in {item.name for item in sdk.all_user_attributes(sorts="name")}
    value = models.UserAttributeGroupValue(group_id=group, value="US")
    (given,) = sdk.set_user_attribute_group_values(made.id, [value])
    assert (given.group_id, given.value, given.rank) == (group, "US", 1)
    assert [item.value for item in sdk.all_user_attribute_group_values(made.id)] == ["US"]
    ids = models.DelimSequence([made.id])
    (known,) = sdk.user_attribute_user_values(user, user_attribute_ids=ids)
    assert (known.value, known.source) == ("EU", "Default")
    sdk.add_group_user(group, models.GroupIdForGroupUserInclusion(user_id=user))
    (known,) = sdk.user_attribute_user_values(user, user_attribute_ids=ids)
    assert known.value == "US"
    with pytest.raises(error.SDKError):
        sdk.create_user_attribute(body)
    sdk.delete_user_attribute(made.id)
    with pytest.raises(error.SDKError, match="Not found"):
        sdk.user_attribute(made.id)
    assert published("UserAttribute") - sdk.called == set()
