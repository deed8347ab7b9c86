from __future__ import annotations

import pytest

from belvedere.lookml.filters import (
    AnyPlace,
    Box,
    Circle,
    FilterSyntaxError,
    Keyword,
    Literal,
    LocationFilter,
    PlaceNull,
    Spot,
    StringFilter,
    YesNoFilter,
    canonical_tier_label,
    parse_label,
    parse_location,
    parse_yesno,
    substitute_attributes,
)

YES, NO = YesNoFilter(yes=True), YesNoFilter(no=True)


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("yes", YES),
        ("Yes", YES),
        ("no", NO),
        ("No", NO),
        ("TRUE", YES),
        ("FALSE", NO),
        ("-Yes", NO),
        ('"No"', NO),
        ("Yes,Yes", YES),
    ],
)
def test_yes_and_no(text: str, meaning: YesNoFilter) -> None:
    assert parse_yesno(text) == meaning


@pytest.mark.parametrize("text", ["", " ", "Yes,No", "no, yes"])
def test_both_answers_or_none_are_any_value(text: str) -> None:
    assert parse_yesno(text).is_any


def test_there_is_no_third_answer() -> None:
    with pytest.raises(FilterSyntaxError, match='takes Yes or No, not "maybe"'):
        parse_yesno("Yes, maybe")


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("20 to 29", ["20 to 29"]),
        ("Below 10,100 or Above", ["Below 10", "100 or Above"]),
        ("T02 [10,20)", ["T02 [10,20)"]),
        ("[10.0,20.0),(-inf,10.0)", ["[10.0,20.0)", "(-inf,10.0)"]),
        (" T00 (-inf,10.0) , T03 [100.0,inf) ", ["T00 (-inf,10.0)", "T03 [100.0,inf)"]),
        ('"T02 [10.0,20.0)",x', ["T02 [10.0,20.0)", "x"]),
        ("[10^,20)", ["[10,20)"]),
        (">= 10.0 and < 20.0", [">= 10.0 and < 20.0"]),
        ("Small (S),Large", ["Small (S)", "Large"]),
        ("(a,b", ["(a", "b"]),
    ],
)
def test_labels_keep_the_comma_of_their_span(text: str, labels: list[str]) -> None:
    assert parse_label(text) == StringFilter(tuple(map(Literal, labels)))


def test_labels_can_be_negated_and_null() -> None:
    assert parse_label("-Below 10, -[10,20)") == StringFilter(
        exclude=(Literal("Below 10"), Literal("[10,20)"))
    )
    assert parse_label("NULL") == StringFilter((Keyword.null,))


@pytest.mark.parametrize(
    ("written", "recorded"),
    [
        ("T02 [10,20)", "T02 [10.0,20.0)"),
        ("T02 [10.0,20.0)", "T02 [10.0,20.0)"),
        ("[-10,20.5)", "[-10.0,20.5)"),
        (">=10 and <20", ">=10.0 and <20.0"),
        ("T03 [100,inf)", "T03 [100.0,inf)"),
        ("TXX Undefined", "TXX Undefined"),
    ],
)
def test_labels_of_tiers_have_decimals(written: str, recorded: str) -> None:
    assert canonical_tier_label(written) == recorded


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("36.97, -122.03", Spot(36.97, -122.03)),
        ("36,-122", Spot(36.0, -122.0)),
        ("40 miles from 36.97, -122.03", Circle(40 * 1.609344, Spot(36.97, -122.03))),
        ("within 1 miles of 36.97, -122.03", Circle(1.609344, Spot(36.97, -122.03))),
        ("500 meters from 0, 0", Circle(0.5, Spot(0, 0))),
        ("2 kilometers from 0, 0", Circle(2, Spot(0, 0))),
        ("1000 feet from 0, 0", Circle(0.3048, Spot(0, 0))),
        (
            "inside box from 72.33, -173.14 to 14.39, -61.70",
            Box(north=72.33, west=-173.14, south=14.39, east=-61.7),
        ),
        ("inside box from 85, -540 to -85, 180", Box(85.0, -180.0, -85.0, 180.0)),
        ("inside box from 50, -190 to 40, -170", Box(50.0, 170.0, 40.0, -170.0)),
        ("inside box from 50, 350 to 40, 370", Box(50.0, -10.0, 40.0, 10.0)),
        ("NULL", PlaceNull()),
        ("NOT NULL", PlaceNull(negated=True)),
        ("-NULL", PlaceNull(negated=True)),
        ("", AnyPlace()),
        ('""', AnyPlace()),
    ],
)
def test_locations(text: str, meaning: LocationFilter) -> None:
    found = parse_location(text)
    if isinstance(meaning, Circle):
        assert isinstance(found, Circle)
        assert found.kilometres == pytest.approx(meaning.kilometres)
        assert found.centre == meaning.centre
    else:
        assert found == meaning


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Santa Cruz", "is not a location filter"),
        ("91, 0", "A latitude lies between -90 and 90, not at 91"),
        ("0, -180.5", "A longitude lies between -180 and 180, not at -180.5"),
        ("-1 miles from 0, 0", "A distance cannot be negative"),
        ("1 parsecs from 0, 0", "is not a location filter"),
        ("0" * 100_000, "is not a location filter"),
    ],
)
def test_no_location(text: str, message: str) -> None:
    with pytest.raises(FilterSyntaxError, match=message):
        parse_location(text)


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("{{ _user_attributes['region'] }}", "West"),
        ('{{_user_attributes["region"]}},East', "West,East"),
        ("sf_{{ _user_attributes[ 'name' ] }}", "sf_ann"),
        ("no reference", "no reference"),
        ("{{ something_else }}", "{{ something_else }}"),
    ],
)
def test_user_attributes_are_put_in(text: str, result: str) -> None:
    assert substitute_attributes(text, {"region": "West", "name": "ann"}) == result


def test_values_of_user_attributes_are_not_read_again() -> None:
    values = {"a": "{{ _user_attributes['b'] }}", "b": "secret"}
    assert substitute_attributes("{{ _user_attributes['a'] }}", values) == values["a"]


def test_a_user_attribute_without_a_value_is_an_error() -> None:
    with pytest.raises(FilterSyntaxError, match='The user attribute "team" has no value'):
        substitute_attributes("x,{{ _user_attributes['team'] }}", {"region": "West"})
