"""The functions of Looker expressions in SQL, as most dialects write them.

`{0}`, `{1}`, … are arguments, `{all}` is the list of them. Dates are naive timestamps or dates.
"""

from __future__ import annotations

COMMON = {
    "abs": "ABS({0})",
    "ceiling": "CEIL({0})",
    "exp": "EXP({0})",
    "floor": "FLOOR({0})",
    "ln": "LN({0})",
    "log": "LOG10({0})",
    "mod": "MOD({0}, {1})",
    "power": "POWER({0}, {1})",
    "rand": "RANDOM()",
    "round": "ROUND({0}, {1})",
    "sqrt": "SQRT({0})",
    "divide": "(1.0 * {0} / NULLIF({1}, 0))",
    "concat": "({0} || {1})",
    "contains": "(POSITION({1} IN {0}) > 0)",
    "length": "LENGTH({0})",
    "lower": "LOWER({0})",
    "position": "POSITION({1} IN {0})",
    "replace": "REPLACE({0}, {1}, {2})",
    "substring": "SUBSTRING({0}, CAST({1} AS INTEGER), CAST({2} AS INTEGER))",
    "upper": "UPPER({0})",
    "coalesce": "COALESCE({all})",
    "is_null": "({0} IS NULL)",
    "if": "CASE WHEN {0} THEN {1} ELSE {2} END",
    **{
        f"add_{unit}s": f"(CAST({{1}} AS TIMESTAMP) + {{0}} * INTERVAL '1 {unit}')"
        for unit in ("second", "minute", "hour", "day", "month", "year")
    },
    **{
        f"extract_{unit}s": f"CAST(FLOOR(EXTRACT({unit} FROM CAST({{0}} AS TIMESTAMP))) AS INTEGER)"
        for unit in ("second", "minute", "hour", "day", "month", "year")
    },
    **{
        f"trunc_{unit}s": f"DATE_TRUNC('{unit}', CAST({{0}} AS TIMESTAMP))"
        for unit in ("minute", "hour", "day", "month", "year")
    },
}
