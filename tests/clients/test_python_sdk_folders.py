"""Every operation on folders and Looks, through the unmodified official Python SDK."""

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
def folder(sdk: Noting) -> Iterator[models.Folder]:
    made = sdk.create_folder(models.CreateFolder(name="SDK folder", parent_id="1"))
    yield made
    sdk.delete_folder(made.id)


def test_folders(sdk: Noting, folder: models.Folder) -> None:
    inner = sdk.create_folder(models.CreateFolder(name="inner", parent_id=folder.id))
    assert sdk.folder(inner.id).parent_id == folder.id
    assert sdk.update_folder(inner.id, models.UpdateFolder(name="renamed")).name == "renamed"
    assert [item.id for item in sdk.folder_children(folder.id, sorts="name")] == [inner.id]
    assert [item.id for item in sdk.folder_children_search(folder.id, name="REN%")] == [inner.id]
    assert [item.name for item in sdk.folder_ancestors(inner.id)] == ["Shared", "SDK folder"]
    assert sdk.folder_parent(inner.id).id == folder.id
    assert sdk.folder_looks(folder.id) == []
    assert sdk.folder_dashboards(folder.id) == []
    assert inner.id in {item.id for item in sdk.all_folders(fields="id,name")}
    assert [item.id for item in sdk.search_folders(name="sdk f%")] == [folder.id]
    sdk.delete_folder(inner.id)
    with pytest.raises(error.SDKError) as raised:
        sdk.folder(inner.id)
    assert "Not found" in raised.value.message
    assert published("Folder") <= sdk.called


def test_looks(sdk: Noting, folder: models.Folder) -> None:
    query = sdk.create_query(
        models.WriteQuery(model="thelook", view="users", fields=["users.count"], limit="1")
    )
    body = models.WriteLookWithQuery(
        title="SDK Look", folder_id=folder.id, query_id=query.id, description="made by a client"
    )
    look = sdk.create_look(body)
    assert look.query is not None
    assert look.query.id == query.id
    assert look.folder is not None
    assert look.folder.id == folder.id
    assert sdk.look(look.id).title == "SDK Look"
    assert "users.count" in sdk.run_look(look.id, "json")
    assert sdk.run_look(look.id, "xlsx").startswith(b"PK")
    assert look.id in {item.id for item in sdk.all_looks(fields="id")}
    assert [item.id for item in sdk.search_looks(title="sdk l%")] == [look.id]
    assert [item.id for item in sdk.folder_looks(folder.id)] == [look.id]
    assert [item.id for item in sdk.folder(folder.id).looks or []] == [look.id]
    changed = sdk.update_look(look.id, models.WriteLookWithQuery(title="Renamed"))
    assert changed.title == "Renamed"
    certified = models.WriteCertification(
        certification_status=models.CertificationStatus.certified, notes="fine"
    )
    found = sdk.update_look_certification(look.id, certified)
    assert found.certification_metadata.notes == "fine"
    copy = sdk.copy_look(look.id, folder_id="1")
    assert (copy.title, copy.folder_id) == ("Renamed", "1")
    sdk.delete_look(copy.id)
    assert sdk.move_look(look.id, folder_id="1").folder_id == "1"
    sdk.update_look(look.id, models.WriteLookWithQuery(deleted=True))
    assert sdk.search_looks(title="Renamed") == []
    assert [item.id for item in sdk.search_looks(title="Renamed", deleted=True)] == [look.id]
    assert sdk.update_look(look.id, models.WriteLookWithQuery(deleted=False)).deleted is False
    sdk.delete_look(look.id)
    with pytest.raises(error.SDKError):
        sdk.look(look.id)
    assert published("Look") <= sdk.called
