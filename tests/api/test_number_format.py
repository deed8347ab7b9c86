"""Numbers are rendered as the asker's number_format has them."""

from __future__ import annotations

from sqlalchemy import select

from belvedere.accounts.tables import UserAttribute, UserAttributeUserValue
from belvedere.store import bump

QUERY = {
    "model": "thelook",
    "view": "order_items",
    "fields": ["order_items.count", "order_items.total_sale_price"],
}


def test_rendered_values_follow_the_attribute(instance) -> None:
    user_id = instance.user("User")
    client = instance.client_of(user_id)
    before = client.post("/queries/run/json_detail", QUERY).json()
    with instance.services.database.session() as session:
        attribute = session.scalar(
            select(UserAttribute).where(UserAttribute.name == "number_format")
        )
        session.add(
            UserAttributeUserValue(
                user_attribute_id=attribute.id, user_id=user_id, value="1.234,56"
            )
        )
        bump(session, "accounts")
    after = client.post("/queries/run/json_detail", QUERY).json()
    assert (before["number_format"], after["number_format"]) == ("1,234.56", "1.234,56")
    swap = str.maketrans(",.", ".,")
    for name, cell in after["data"][0].items():
        assert cell["value"] == before["data"][0][name]["value"]
        assert cell["rendered"] == before["data"][0][name]["rendered"].translate(swap)
    formatted = client.post("/queries/run/csv", QUERY, params={"apply_formatting": "true"}).text
    assert after["data"][0]["order_items.total_sale_price"]["rendered"] in formatted
    plain = client.post("/queries/run/csv", QUERY).text.splitlines()[1]
    count, price = plain.split(",")
    assert (int(count), float(price)) > (0, 0.0)
