"""Where templates run: no files, and bounds on loops, values, variables and output.

All bounds are counted, not timed, so that a template either always works or never does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, TextIO

from liquid import BoundTemplate, Environment, RenderContext
from liquid.exceptions import (
    LiquidError,
    LocalNamespaceLimitError,
    LoopIterationLimitError,
    ResourceLimitError,
)
from liquid.output import LimitedStringIO
from liquid.token import Token

from belvedere.lookml import liquid_lexer

MOST_OUTPUT = 5_000_000
"""Bytes of rendered text."""
MOST_VALUE = 1_000_000
"""Size of any value: characters of a text, of all its items for a list."""
MOST_LOCALS = 2_000_000
"""Size of everything that one template assigned or captured."""
MOST_WORK = 20_000_000
"""Size of everything that went into and came out of filters."""
MOST_ITERATIONS = 100_000
"""Turns of all loops of one rendering; long templates have fewer, see `_iterations`."""
_MOST_LOOPED = 20_000_000
_FEWEST_ITERATIONS = 200
_LONGEST_NUMBER = 4_000  # bits

FAILURES = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What Python raises for arguments that a filter or an operator does not expect."""


class Sandbox(Environment):
    """A Liquid environment that reads nothing but what its render context answers."""

    output_stream_limit = MOST_OUTPUT
    block_nesting_limit = 60
    context_depth_limit = 70
    logical_parentheses = True

    def __init__(self, *, autoescape: bool, strict: bool) -> None:
        """`strict`: a filter that there is not is an error, not without effect."""
        super().__init__(autoescape=autoescape, strict_filters=strict)
        for loading in ("include", "render"):
            self.tags.pop(loading, None)

    def tokenizer(self) -> Callable[[str], Iterator[Token]]:
        return liquid_lexer.tokens


class SandboxContext(RenderContext):
    """One rendering, with what it has used up."""

    __slots__ = ("_held", "_iterations", "_sizes", "_work")

    def __init__(
        self, template: BoundTemplate, length: int, variables: Mapping[str, object]
    ) -> None:
        """`length` is that of the template's text."""
        super().__init__(template, globals=variables)
        self._iterations = max(
            _FEWEST_ITERATIONS, min(MOST_ITERATIONS, _MOST_LOOPED // max(length, 1))
        )
        self._sizes: dict[str, int] = {}
        self._held = 0
        self._work = MOST_WORK

    def get_buffer(self, buf: TextIO | None = None) -> LimitedStringIO:
        """Output as bounded as the library's, with line ends as they are written."""
        used = buf.size if isinstance(buf, LimitedStringIO) else 0
        return LimitedStringIO(MOST_OUTPUT - used, newline="")

    def raise_for_loop_limit(self, length: int = 1) -> None:
        """Called by every loop as it starts, with its number of turns."""
        self._iterations -= length
        if self._iterations < 0:
            raise LoopIterationLimitError("loop iteration limit reached", token=None)

    def assign(self, key: str, val: Any) -> None:
        size = _size(val)
        self._held += size - self._sizes.get(key, 0)
        self._sizes[key] = size
        if size > MOST_VALUE or self._held > MOST_LOCALS:
            raise LocalNamespaceLimitError("local namespace limit reached", token=None)
        self.locals[key] = val

    def filter(self, name: str, token: Token | None) -> Callable[..., object]:
        return partial(self._filtered, name, super().filter(name, token), token)

    def _filtered(
        self,
        name: str,
        function: Callable[..., object],
        token: Token | None,
        *arguments: object,
        **options: object,
    ) -> object:
        self._spend(sum(map(_size, arguments)) + _growth(name, arguments), token)
        try:
            result = function(*arguments, **options)
        except LiquidError:
            raise
        except FAILURES as error:
            raise LiquidError(f"{name}: {error}", token=token) from error
        self._spend(_size(result), token)
        return result

    def _spend(self, size: int, token: Token | None) -> None:
        self._work -= size
        if size > MOST_VALUE:
            raise ResourceLimitError("a value is too large", token=token)
        if self._work < 0:
            raise ResourceLimitError("filters have too much to do", token=token)


def _size(value: object) -> int:
    """How much a value is, as far as work and memory go."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, range):
        return max(0, value.stop - value.start)
    if isinstance(value, (list, tuple)):
        return sum(map(_size, value)) + len(value)
    if isinstance(value, int) and value.bit_length() > _LONGEST_NUMBER:
        return MOST_VALUE + 1
    return 1


def _growth(name: str, arguments: tuple[object, ...]) -> int:
    """The size of a result that can be a product of its arguments' sizes."""
    if name == "replace" and len(arguments) == 3:
        text, old, new = map(str, arguments)
        return text.count(old) * len(new)
    if name == "join" and len(arguments) == 2:
        items, separator = arguments
        return _size(items) * len(str(separator))
    return 0
