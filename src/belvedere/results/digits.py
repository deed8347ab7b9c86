"""A section of a number format that places digits."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from itertools import islice

from belvedere.results.separators import ENGLISH, Separators

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|_(?P<space>.)|\*(?P<fill>.)|(?P<general>General)'
    r"|(?P<exponent>E[+-]0+)|(?P<slot>[0#?])|(?P<point>\.)|(?P<comma>,)|(?P<percent>%)"
    r"|(?P<other>.)",
    re.DOTALL | re.IGNORECASE,
)
_SLOTS = frozenset("0#?")


@dataclass(frozen=True, slots=True)
class _Part:
    """A digit's place (`slot` is 0, # or ?) or literal text."""

    slot: str = ""
    text: str = ""


class Digits:
    """Writes numbers from zero up; the sign is the caller's."""

    def __init__(self, section: str, separators: Separators = ENGLISH) -> None:
        self._separators = separators
        self._whole: list[_Part] = []
        self._fraction: list[_Part] = []
        self._point = self._general = self._grouping = False
        self._exponent = ""
        percents = scale = 0
        commas = 0
        slots = 0
        for match in _TOKEN.finditer(section):
            kind, text = str(match.lastgroup), match[match.lastgroup or 0]
            if kind == "comma" and slots:
                commas += 1
                continue
            if kind == "slot":
                self._grouping |= commas > 0 and not self._point
                slots, commas = slots + 1, 0
            elif commas:
                scale, commas = scale + commas, 0
            percents += kind == "percent"
            self._take(kind, text)
        self._factor = Decimal(100) ** percents / Decimal(1000) ** (scale + commas)
        self._places = sum(1 for part in self._fraction if part.slot in _SLOTS)
        self._open_end()

    def _take(self, kind: str, text: str) -> None:
        side = self._fraction if self._point else self._whole
        if kind == "point" and not self._point:
            self._point = True
        elif kind == "slot":
            side.append(_Part(slot=text))
        elif kind == "exponent":
            self._exponent = text.upper()
            side.append(_Part(slot="E"))
        elif kind == "general":
            self._general = True
            side.append(_Part(slot="G"))
        elif kind != "fill":
            side.append(_Part(text=" " if kind == "space" else text))

    def _open_end(self) -> None:
        """Digits before the point need a place, though the section may name none (`.00`)."""
        if self._point and not any(part.slot in _SLOTS for part in self._whole):
            self._whole.append(_Part(slot="#"))

    def is_zero(self, number: Decimal) -> bool:
        """Whether nothing but zeros would be written."""
        return not self._general and not self._exponent and not self._rounded(abs(number))

    def write(self, number: Decimal) -> str:
        if self._general:
            return self._literal({"G": self._shortest(number)})
        if self._exponent:
            return self._scientific(number)
        return self._placed(self._rounded(number), {})

    def _shortest(self, number: Decimal) -> str:
        whole, _, decimals = f"{number:f}".partition(".")
        rest = decimals.rstrip("0")
        return f"{whole}{self._separators.point}{rest}" if rest else whole

    def _rounded(self, number: Decimal) -> Decimal:
        with localcontext() as context:
            context.prec = 400
            unit = Decimal(1).scaleb(-self._places)
            return (number * self._factor).quantize(unit, ROUND_HALF_UP)

    def _literal(self, special: dict[str, str]) -> str:
        parts = self._whole + self._fraction
        return "".join(special.get(part.slot, "") if part.slot else part.text for part in parts)

    def _scientific(self, number: Decimal) -> str:
        whole_slots = max(1, sum(1 for part in self._whole if part.slot in _SLOTS))
        power = number.adjusted() - (whole_slots - 1) if number else 0
        mantissa = self._rounded(number.scaleb(-power))
        if len(str(int(mantissa))) > whole_slots:
            power += 1
            mantissa = self._rounded(number.scaleb(-power))
        sign = "-" if power < 0 else "+" if "+" in self._exponent else ""
        return self._placed(mantissa, {"E": f"E{sign}{abs(power):0{len(self._exponent) - 2}d}"})

    def _placed(self, number: Decimal, special: dict[str, str]) -> str:
        whole, _, decimals = f"{number:f}".partition(".")
        point = self._separators.point if self._point else ""
        return self._before(whole.lstrip("0"), special) + point + self._after(decimals, special)

    def _before(self, digits: str, special: dict[str, str]) -> str:
        """Digits from the right; the leftmost place takes all that remain."""
        left = sum(1 for part in self._whole if part.slot in _SLOTS)
        written: list[str] = []
        rest, count = digits, 0
        for part in reversed(self._whole):
            if part.slot not in _SLOTS:
                written.append(special.get(part.slot, part.text))
                continue
            left -= 1
            taken = rest if left == 0 else rest[-1:]
            rest = rest[: len(rest) - len(taken)]
            for digit in reversed(taken or _empty(part.slot)):
                written.append(self._separated(digit, count))
                count += 1
        return "".join(reversed(written))

    def _separated(self, digit: str, before: int) -> str:
        apart = self._grouping and before and before % 3 == 0
        return f"{digit}{self._separators.group}" if apart else digit

    def _after(self, decimals: str, special: dict[str, str]) -> str:
        needed = len(decimals.rstrip("0"))
        digits = iter(enumerate(decimals))
        written = []
        for part in self._fraction:
            if part.slot not in _SLOTS:
                written.append(special.get(part.slot, part.text))
                continue
            for position, digit in islice(digits, 1):
                written.append(digit if position < needed else _empty(part.slot))
        return "".join(written)


def _empty(slot: str) -> str:
    return {"0": "0", "?": " "}.get(slot, "")
