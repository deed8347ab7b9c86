"""Probability distributions, in the arguments that spreadsheets use.

Every function takes and gives floats and answers None outside of its domain.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from statistics import NormalDist

import mpmath

_STEPS = 200


def _beta(a: float, b: float, x: float) -> float:
    """The regularized incomplete beta function."""
    return float(mpmath.betainc(a, b, 0, min(max(x, 0.0), 1.0), regularized=True))


def _gamma(a: float, x: float) -> float:
    """The regularized lower incomplete gamma function."""
    return float(mpmath.gammainc(a, 0, max(x, 0.0), regularized=True))


def _log_choose(n: float, k: float) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def _inverse(
    cumulative: Callable[[float], float | None], p: float, low: float, high: float
) -> float:
    """Where the rising function reaches `p`; `high` is raised until it lies beyond."""
    while math.isinf(high) or (cumulative(high) or 0.0) < p:
        high = max(1.0, abs(low)) * 2 if math.isinf(high) else high * 2
        if high > 1e300:
            break
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if (cumulative(middle) or 0.0) < p:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _probability(p: float) -> bool:
    return 0 < p < 1


# Continuous


def beta_dist(x: float, alpha: float, beta: float, cumulative: bool) -> float | None:
    if alpha <= 0 or beta <= 0 or not 0 <= x <= 1:
        return None
    if cumulative:
        return _beta(alpha, beta, x)
    return float(
        mpmath.power(x, alpha - 1) * mpmath.power(1 - x, beta - 1) / mpmath.beta(alpha, beta)
    )


def beta_inv(p: float, alpha: float, beta: float) -> float | None:
    if alpha <= 0 or beta <= 0 or not _probability(p):
        return None
    return _inverse(lambda x: _beta(alpha, beta, x), p, 0.0, 1.0)


def gamma_dist(x: float, alpha: float, beta: float, cumulative: bool) -> float | None:
    if alpha <= 0 or beta <= 0 or x < 0:
        return None
    if cumulative:
        return _gamma(alpha, x / beta)
    return float(
        mpmath.power(x, alpha - 1)
        * mpmath.exp(-x / beta)
        / (mpmath.power(beta, alpha) * mpmath.gamma(alpha))
    )


def gamma_inv(p: float, alpha: float, beta: float) -> float | None:
    if alpha <= 0 or beta <= 0 or not _probability(p):
        return None
    return _inverse(lambda x: _gamma(alpha, x / beta), p, 0.0, math.inf)


def chisq_dist(x: float, degrees: float, cumulative: bool) -> float | None:
    return gamma_dist(x, degrees / 2, 2, cumulative)


def chisq_inv(p: float, degrees: float) -> float | None:
    return gamma_inv(p, degrees / 2, 2)


def expon_dist(x: float, rate: float, cumulative: bool) -> float | None:
    if rate <= 0 or x < 0:
        return None
    return -math.expm1(-rate * x) if cumulative else rate * math.exp(-rate * x)


def weibull_dist(x: float, shape: float, scale: float, cumulative: bool) -> float | None:
    if shape <= 0 or scale <= 0 or x < 0:
        return None
    power: float = (x / scale) ** shape
    if cumulative:
        return -math.expm1(-power)
    return power * shape / x * math.exp(-power) if x else None


def f_dist(x: float, above: float, below: float, cumulative: bool) -> float | None:
    if above <= 0 or below <= 0 or x < 0:
        return None
    share = above * x / (above * x + below)
    if cumulative:
        return _beta(above / 2, below / 2, share)
    if x == 0:
        return None
    log = (above / 2) * math.log(above * x / (above * x + below)) + (below / 2) * math.log(
        below / (above * x + below)
    )
    return math.exp(log) / (x * float(mpmath.beta(above / 2, below / 2)))


def f_inv(p: float, above: float, below: float) -> float | None:
    if above <= 0 or below <= 0 or not _probability(p):
        return None
    return _inverse(lambda x: f_dist(x, above, below, True), p, 0.0, math.inf)


def t_dist(x: float, degrees: float, cumulative: bool) -> float | None:
    if degrees <= 0:
        return None
    if cumulative:
        tail = _beta(degrees / 2, 0.5, degrees / (degrees + x * x)) / 2
        return 1 - tail if x > 0 else tail
    log = math.lgamma((degrees + 1) / 2) - math.lgamma(degrees / 2)
    spread = math.sqrt(degrees * math.pi)
    density: float = math.exp(log) / spread * (1 + x * x / degrees) ** (-(degrees + 1) / 2)
    return density


def t_inv(p: float, degrees: float) -> float | None:
    if degrees <= 0 or not _probability(p):
        return None
    if p < 0.5:
        mirrored = t_inv(1 - p, degrees)
        return None if mirrored is None else -mirrored
    return _inverse(lambda x: t_dist(x, degrees, True), p, 0.0, math.inf)


def norm_dist(x: float, mean: float, deviation: float, cumulative: bool) -> float | None:
    if deviation <= 0:
        return None
    normal = NormalDist(mean, deviation)
    return normal.cdf(x) if cumulative else normal.pdf(x)


def norm_inv(p: float, mean: float, deviation: float) -> float | None:
    if deviation <= 0 or not _probability(p):
        return None
    return NormalDist(mean, deviation).inv_cdf(p)


def norm_s_dist(x: float, cumulative: bool) -> float | None:
    return norm_dist(x, 0, 1, cumulative)


def norm_s_inv(p: float) -> float | None:
    return norm_inv(p, 0, 1)


# Discrete


def binom_dist(hits: float, tries: float, p: float, cumulative: bool) -> float | None:
    k, n = math.floor(hits), math.floor(tries)
    if not 0 <= k <= n or not 0 <= p <= 1:
        return None
    if cumulative:
        return 1.0 if k == n else _beta(n - k, k + 1, 1 - p)
    if p in (0, 1):
        return float(k == n * p)
    return math.exp(_log_choose(n, k) + k * math.log(p) + (n - k) * math.log1p(-p))


def binom_inv(tries: float, p: float, target: float) -> float | None:
    """The least number of hits that is reached with the target probability."""
    n = math.floor(tries)
    if n < 0 or not 0 <= p <= 1 or not 0 <= target <= 1:
        return None
    low, high = 0, n
    while low < high:
        middle = (low + high) // 2
        if (binom_dist(middle, n, p, True) or 0.0) >= target:
            high = middle
        else:
            low = middle + 1
    return float(low)


def negbinom_dist(failures: float, hits: float, p: float, cumulative: bool) -> float | None:
    f, s = math.floor(failures), math.floor(hits)
    if f < 0 or s < 1 or not 0 < p <= 1:
        return None
    if cumulative:
        return _beta(s, f + 1, p)
    if p == 1:
        return float(f == 0)
    return math.exp(_log_choose(f + s - 1, f) + s * math.log(p) + f * math.log1p(-p))


def poisson_dist(value: float, rate: float, cumulative: bool) -> float | None:
    k = math.floor(value)
    if k < 0 or rate <= 0:
        return None
    if cumulative:
        return 1 - _gamma(k + 1, rate)
    return math.exp(k * math.log(rate) - rate - math.lgamma(k + 1))


def hypgeom_dist(
    hits: float, sample: float, population_hits: float, population: float, cumulative: bool
) -> float | None:
    k, n, good, total = (math.floor(v) for v in (hits, sample, population_hits, population))
    if not 0 <= k <= min(n, good) or not 0 < n <= total or not 0 < good <= total:
        return None

    def exactly(count: int) -> float:
        if not max(0, n - (total - good)) <= count <= min(n, good):
            return 0.0
        log = _log_choose(good, count) + _log_choose(total - good, n - count)
        return math.exp(log - _log_choose(total, n))

    return math.fsum(map(exactly, range(k + 1))) if cumulative else exactly(k)


# Intervals


def confidence_norm(alpha: float, deviation: float, size: float) -> float | None:
    if not _probability(alpha) or deviation <= 0 or size < 1:
        return None
    return NormalDist().inv_cdf(1 - alpha / 2) * deviation / math.sqrt(size)


def confidence_t(alpha: float, deviation: float, size: float) -> float | None:
    if not _probability(alpha) or deviation <= 0 or size < 2:
        return None
    found = t_inv(1 - alpha / 2, size - 1)
    return None if found is None else found * deviation / math.sqrt(size)


# Counting


def combin(size: float, chosen: float) -> float | None:
    n, k = math.floor(size), math.floor(chosen)
    return _whole(math.comb(n, k)) if 0 <= k <= n <= 100_000 else None


def fact(value: float) -> float | None:
    return _whole(math.factorial(math.floor(value))) if 0 <= value <= 170 else None


def multinomial(*values: float) -> float | None:
    counts = [math.floor(value) for value in values]
    if any(count < 0 for count in counts) or sum(counts) > 170:
        return None
    found = math.factorial(sum(counts))
    for count in counts:
        found //= math.factorial(count)
    return _whole(found)


def _whole(value: int) -> float | None:
    try:
        return float(value)
    except OverflowError:
        return None


_CUMULATIVE = (
    *(beta_dist, gamma_dist, chisq_dist, expon_dist, weibull_dist, f_dist, t_dist, norm_dist),
    *(norm_s_dist, binom_dist, negbinom_dist, poisson_dist, hypgeom_dist),
)
_PLAIN = (
    *(beta_inv, gamma_inv, chisq_inv, f_inv, t_inv, norm_inv, norm_s_inv, binom_inv),
    *(confidence_norm, confidence_t, combin, fact, multinomial),
)
DISTRIBUTIONS: dict[str, Callable[..., float | None]] = {
    made.__name__: lru_cache(maxsize=4096)(made) for made in (*_CUMULATIVE, *_PLAIN)
}
"""By name; the last argument of those that end in `_dist` says whether to accumulate."""
