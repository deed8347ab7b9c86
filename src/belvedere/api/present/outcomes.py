"""What running a query gave, as the body of an answer."""

from __future__ import annotations

from belvedere.api.answers import Freshness
from belvedere.api.call import Stream, Text
from belvedere.query.outcome import Outcome


def answer_of(outcome: Outcome) -> Text | Stream:
    if outcome.chunks is not None:
        return Stream(outcome.media_type, outcome.chunks, stop=outcome.stop)
    reusable = outcome.reusable
    fresh = None
    if reusable is not None:
        fresh = Freshness(reusable.until, reusable.model, reusable.version, reusable.entry)
    return Text(outcome.media_type, outcome.body, freshness=fresh)
