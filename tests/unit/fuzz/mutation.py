"""Texts near the right ones: cut, doubled, swapped, sprinkled."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

_ODD = "\x00\t\n \\'\"`%_^,;:()[]{}<>-+*/=.~|&#@$?!0159eExyzÄß漢🐘\u202e\ufeff"


@st.composite
def mutated(draw: DrawFn, base: SearchStrategy[str], pieces: Sequence[str]) -> str:
    """A text of `base`, changed in a few places; `pieces` are words of the language."""
    text = draw(base)
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(start + 8, len(text))))
        put = draw(st.sampled_from(pieces) | st.text(_ODD, max_size=4) | st.just(text[start:end]))
        kept = draw(st.sampled_from([end, start]))
        text = text[:start] + put + text[kept:]
    return text


def anything(pieces: Sequence[str]) -> SearchStrategy[str]:
    """Words of the language in any order, and any characters."""
    words = st.lists(st.sampled_from(pieces), max_size=12)
    return words.map("".join) | words.map(" ".join) | st.text(max_size=40)
