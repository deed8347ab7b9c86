"""A small shop whose numbers are known, with a LookML dashboard, served for stories on content."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from looker_sdk import models40 as models

import belvedere.testing
from belvedere import clock
from belvedere.content import metadata
from belvedere.content.tables import ContentMetadata
from belvedere.testing import Instance

MODEL = """
connection: "shop"
include: "*.view.lkml"
include: "*.dashboard.lookml"
explore: orders {}
"""
VIEW = """
view: orders {
  dimension: region {}
  dimension_group: made { type: time timeframes: [date] sql: ${TABLE}.made_at ;; }
  measure: count { type: count }
  measure: amount { type: sum sql: ${TABLE}.amount ;; }
}
"""
DASHBOARD = """
- dashboard: shop
  title: The shop
  elements:
  - name: regions
    title: Regions
    type: looker_column
    explore: orders
    fields: [orders.region, orders.count]
"""
DATA = """
CREATE TABLE orders (region VARCHAR, amount INTEGER, made_at TIMESTAMP);
INSERT INTO orders VALUES ('north', 10, '2026-03-02'), ('north', 5, '2026-03-03'),
  ('south', 7, '2026-03-03'), ('south', 3, '2025-03-03');
"""


@contextmanager
def served(folder: Path) -> Iterator[Instance]:
    """An instance that serves the shop from LookML in `folder`, which may be changed."""
    folder.mkdir()
    (folder / "shop.model.lkml").write_text(MODEL)
    (folder / "orders.view.lkml").write_text(VIEW)
    (folder / "shop.dashboard.lookml").write_text(DASHBOARD)
    (folder / "shop.sql").write_text(DATA)
    with belvedere.testing.instance(folder, {"shop": folder / "shop.sql"}) as looker:
        yield looker


def viewed(looker: Instance, viewer: str) -> str:
    """A Look that the viewer looked at three times."""
    sdk = looker.sdk()
    query = models.WriteQuery(model="shop", view="orders", fields=["orders.count"])
    body = models.WriteLookWithQuery(
        title="Viewed", folder_id="1", query_id=sdk.create_query(query).id
    )
    look = sdk.create_look(body)
    with looker._database.session() as session:
        meta = session.get_one(ContentMetadata, int(look.content_metadata_id))
        for _ in range(3):
            metadata.viewed(session, int(viewer), meta, clock.now())
    return str(look.id)
