"""Rates with the scorer's errors taken out: what a small audit by people says about everything that the machine has scored."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

from coachloop.core.stats.proportions import Floats

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

NOT_MET, MET, NEITHER, NOT_AUDITED = 0, 1, 2, -1
"""Codes of an answer. NEITHER: not applicable or unscored, in no rate. NOT_AUDITED: no person has answered."""

ADDED = 0.5
"""Audited calls that are added to each of the four cells (machine x person) before anything is said about their spread."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What the machine and people say, one row a conversation, every array of shape (n,).

    `said` is the machine's code, `truth` the person's, NOT_AUDITED where nobody was asked. `probability` is the chance, in (0, 1],
    with which an audited conversation was drawn; elsewhere it is not read. `unit` numbers whose rate a row belongs to, 0..units-1.
    `stratum` numbers, 0.., the groups that were drawn from separately, or into which rows fall by what is known of all of them.

    Raises:
        ValueError: shapes differ, or an audited row has no probability in (0, 1].
    """

    said: Ints
    truth: Ints
    probability: Floats
    unit: Ints
    units: int
    stratum: Ints | None = None

    def __post_init__(self) -> None:
        shapes = {self.said.shape, self.truth.shape, self.probability.shape, self.unit.shape}
        if len(shapes) != 1 or self.said.ndim != 1:
            raise ValueError(f"arrays must be equal and one-dimensional, got shapes {sorted(shapes)}")
        drawn = self.probability[self.audited]
        if not ((drawn > 0) & (drawn <= 1)).all():
            raise ValueError("every audited conversation needs the probability, in (0, 1], with which it was drawn")

    @property
    def audited(self) -> Mask:
        """Where a person has answered."""
        return np.asarray(self.truth != NOT_AUDITED, bool)

    def sums(self, values: NDArray[np.generic], of: Mask | None = None) -> Floats:
        """Sums by unit, shape (units,), of values over all rows or those of a mask."""
        unit = self.unit if of is None else self.unit[of]
        return np.bincount(unit, values.astype(float), self.units)


class Corrected(NamedTuple):
    """Rates with their intervals, elementwise, and how many audited conversations they rest on.

    Without any the rate is NaN and the interval (0, 1). `power` is how far the machine was relied on, 0 to 1.
    """

    rate: Floats
    low: Floats
    high: Floats
    audited: Floats
    power: Floats


def predicted(answers: Answers, *, confidence: float = 0.95, power: float | None = None) -> Corrected:
    """Rates of units (a centre, teams) from all machine verdicts and an audit, by prediction-powered inference.

    Rate = met / (met + not met). What the machine says of all conversations, plus what people found to be different in the audited
    ones, each weighted by how many it stands for (Hajek, within strata where they are given). The machine's share in it, `power`,
    is the one that makes the interval narrowest, so a bad machine does no harm. Right whatever the machine's errors are, also
    about what applies, and also where it decided nothing, as long as audits were drawn by chance with the stated probabilities.

    The variance is that of independent draws, within strata, plus that of the conversations themselves. So that a few audits that
    all agree are no proof, ADDED calls enter each of its cells. The interval is Wilson's, with as many calls as the variance
    is worth and Student's t.

    Args:
        answers: codes by conversation, with their units.
        confidence: coverage of the interval in (0, 1).
        power: 0 for the audit alone, 1 for plain prediction-powered inference; None chooses it.

    Returns:
        Arrays of shape (units,).

    Source:
        Angelopoulos, Bates, Fannjiang, Jordan & Zrnic (2023), Science 382:669-674; Angelopoulos, Duchi & Zrnic (2023), PPI++,
        arXiv:2311.01453 (power tuning); Sarndal, Swensson & Wretman (1992), Model Assisted Survey Sampling, section 6.3 (the
        same estimator under unequal probabilities).
    """
    audit = _Audit(answers)
    strength = np.full(answers.units, 1.0 if power is None else power)
    rate = audit.rate(strength)
    if power is None:
        for _ in range(2):
            strength = audit.best_power(rate)
            rate = audit.rate(strength)
    reach = special.stdtrit(audit.freedom, (1 + confidence) / 2)
    low, high = _wilson(rate, audit.variance(rate, strength), (audit.n, reach))
    none = np.isnan(rate)
    return Corrected(
        rate=rate,
        low=np.where(none, 0.0, low),
        high=np.where(none, 1.0, high),
        audited=audit.n,
        power=np.where(none, np.nan, strength),
    )


class _Audit:
    """Audited conversations with what they stand for, and the sums over all that they correct."""

    def __init__(self, answers: Answers) -> None:
        self.answers = answers
        chosen = self.chosen = answers.audited
        self.unit = answers.unit[chosen]
        self.n = np.bincount(self.unit, minlength=answers.units).astype(float)
        self.cell, cells = _cells(answers)
        in_cell = np.bincount(self.cell[chosen], minlength=cells).astype(float)
        inverse = 1 / answers.probability[chosen]
        stands_for = np.bincount(self.cell[chosen], inverse, cells)
        size = np.bincount(self.cell, minlength=cells)
        scale = np.divide(size, stands_for, out=np.zeros(cells), where=stands_for > 0)
        self.cell = self.cell[chosen]
        self.weight = inverse * scale[self.cell]
        self.cell_weight = np.bincount(self.cell, self.weight, cells)
        apart = np.bincount(np.arange(cells) * answers.units // max(cells, 1), in_cell > 0, answers.units)
        self.freedom = np.maximum(self.n - np.maximum(apart - 1, 0), 1)
        several = np.maximum(in_cell, 2)[self.cell]
        self.squared = self.weight**2 * (1 - answers.probability[chosen]) * several / (several - 1)
        self.typical = _ratio(self._sum(self.squared), self.n)
        self.said_met, self.said = answers.said == MET, (answers.said == MET) | (answers.said == NOT_MET)
        self.met, self.asked = answers.truth[chosen] == MET, np.isin(answers.truth[chosen], (MET, NOT_MET))

    def _sum(self, values: NDArray[np.generic]) -> Floats:
        return self.answers.sums(values, self.chosen)

    def rate(self, power: Floats) -> Floats:
        """Met of met and not met, with the machine counted as far as `power` says, within [0, 1]."""
        top = self._total(self.said_met, self.met, power)
        return np.asarray(np.clip(_ratio(top, self._total(self.said, self.asked, power)), 0, 1), float)

    def _total(self, said: Mask, true: Mask, power: Floats) -> Floats:
        mine = power[self.unit]
        return power * self.answers.sums(said) + self._sum(self.weight * (true - mine * said[self.chosen]))

    def _errors(self, rate: Floats) -> tuple[Floats, Floats]:
        """What each audited conversation contributes to the rate, by people and by the machine, from its cell's mean."""
        at = rate[self.unit]
        people = self.met - at * self.asked
        machine = self.said_met[self.chosen] - at * self.said[self.chosen]
        return self._centred(people), self._centred(machine)

    def _centred(self, values: Floats) -> Floats:
        mean = _ratio(np.bincount(self.cell, self.weight * values, len(self.cell_weight)), self.cell_weight)
        return np.asarray(values - mean[self.cell], float)

    def best_power(self, rate: Floats) -> Floats:
        """The power with the least variance, in [0, 1]."""
        people, machine = self._errors(rate)
        together, alone = self._sum(self.squared * people * machine), self._sum(self.squared * machine**2)
        return np.asarray(np.clip(np.nan_to_num(_ratio(together, alone + ADDED * self.typical)), 0, 1), float)

    def variance(self, rate: Floats, power: Floats) -> Floats:
        """Of the rate: of the draw, and of the conversations themselves."""
        people, machine = self._errors(rate)
        drawn = self._sum(self.squared * (people - power[self.unit] * machine) ** 2)
        added = ADDED * self.typical * (1 + power**2)
        asked, middle = self._total(self.said, self.asked, power), _inwards(rate, self.n)
        return _ratio(drawn + added + asked * middle * (1 - middle), asked**2)


def _cells(answers: Answers) -> tuple[Ints, int]:
    """The stratum of each row within its unit; strata with fewer than two audited calls are taken together, if need be with all."""
    if answers.stratum is None:
        return answers.unit, answers.units
    strata = int(answers.stratum.max(initial=0)) + 2
    cell = answers.unit * strata + answers.stratum
    for rest in (strata - 1, None):
        audited = np.bincount(cell[answers.audited], minlength=answers.units * strata)
        thin = (audited < 2)[cell]
        if rest is not None:
            cell = np.where(thin, answers.unit * strata + rest, cell)
        else:
            short = np.bincount(answers.unit[thin], minlength=answers.units) > 0
            cell = np.where(short[answers.unit], answers.unit * strata, cell)
    return cell, answers.units * strata


def _ratio(part: Floats, whole: Floats) -> Floats:
    return np.asarray(np.divide(part, whole, out=np.full(np.shape(part), np.nan), where=whole > 0), float)


def _inwards(rate: Floats, n: Floats) -> Floats:
    """The rate with a hit and a miss added, so that 0 and 1 still vary."""
    return (n * rate + 1) / (n + 2)


def _wilson(rate: Floats, variance: Floats, around: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    """Wilson's interval with as many calls as a variance is worth."""
    n, reach = around
    middle = _inwards(rate, n)
    worth = _ratio(middle * (1 - middle), variance)
    square = reach**2 / worth
    half = reach * np.sqrt(rate * (1 - rate) / worth + square / (4 * worth))
    return (rate + square / 2 - half) / (1 + square), (rate + square / 2 + half) / (1 + square)
