"""`insight trust`: the machine against people; and rates with its errors taken out."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from coachloop.app.queries.audits import Correction
from coachloop.app.queries.export import rate_json
from coachloop.app.queries.fairness import FairRow
from coachloop.app.queries.fairness import as_json as as_json_row
from coachloop.app.queries.fairness import fairness as fairness_rows
from coachloop.app.queries.rates import RateRow
from coachloop.app.queries.trust import Figure, TrustRow, VersionRow
from coachloop.app.queries.trust import trust as trust_rows
from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.services.rollups import refresh_rollups
from coachloop.cli.output import AsJson, Day, need_site, show_rows

Template = Annotated[str, typer.Argument(help="The template's key.")]
Days = Annotated[int, typer.Option(min=1, max=36_500, help="How many days the rates are of, the last one included.")]


def trust(template: Template, *, as_of: Day = None, days: Days = 28, as_json: AsJson = False) -> None:
    """How far the machine can be trusted, behaviour by behaviour: agreement with people, its errors, and what to do next."""
    need_site()
    refresh_rollups()
    rows = trust_rows(OPERATOR, template, as_of=as_of, days=days)
    show_rows(map(_json if as_json else _line, rows), as_json=as_json, empty="This template has no behaviours.")


def fairness(template: Template, *, as_json: AsJson = False) -> None:
    """Whether the machine is as good for every language, site and time in the job, by audited calls."""
    need_site()
    rows = fairness_rows(OPERATOR, template)
    empty = "No audited call names a language, a site or its agent's first day."
    show_rows(map(as_json_row if as_json else _fair_line, rows), as_json=as_json, empty=empty)


def _fair_line(row: FairRow) -> Mapping[str, Any]:
    """The same, as wide as a table may be."""
    difference = Figure(row.difference, row.difference_low, row.difference_high)
    return {
        "kind": row.kind,
        "group": row.group,
        "measure": row.measure,
        "n": row.n,
        "agents": row.agents,
        "share": _short(Figure(row.share, row.low, row.high)) if row.enough else "too few",
        "difference": _short(difference),
        "said": "yes" if row.said else "",
    }


def corrected_json(pair: tuple[RateRow, Correction]) -> dict[str, Any]:
    """A rate with its correction, with the keys of `insight rates --corrected --json`."""
    row, found = pair
    return rate_json(row) | _correction(found)


def _correction(found: Correction) -> dict[str, Any]:
    return {
        "corrected": _rounded(found.rate),
        "corrected_low": _rounded(found.low),
        "corrected_high": _rounded(found.high),
        "audited": found.audited,
    }


def _json(row: TrustRow) -> dict[str, Any]:
    return {
        "behaviour": row.behaviour,
        "title": row.title,
        "basis": row.basis,
        "n": row.n,
        **_named("kappa", row.kappa),
        **_named("alpha", row.alpha),
        **_named("people_alpha", row.people_alpha),
        "raters": row.raters,
        **_named("sensitivity", row.sensitivity),
        **_named("specificity", row.specificity),
        "confusion": row.confusion,
        **_rate(row),
        "unscored": row.unscored,
        "verdicts": row.verdicts,
        "reasons": [{"reason": reason, "n": many} for reason, many in row.reasons],
        "dropped_quotes": row.dropped_quotes,
        "next_step": row.next_step,
        "versions": [_version(one) for one in row.versions],
        "deciders": [{"scorer": name, "n": many, "agree": agree} for name, many, agree in row.deciders],
    }


def _version(one: VersionRow) -> dict[str, Any]:
    return {
        "template_version": one.number,
        "scorer": one.scorer,
        "current": one.current,
        "n": one.n,
        "agree": one.agree,
        **_named("kappa", one.kappa),
    }


def _line(row: TrustRow) -> Mapping[str, Any]:
    """The same, as wide as a table may be."""
    return {
        "behaviour": row.behaviour,
        "basis": row.basis,
        "n": row.n,
        "kappa": _short(row.kappa),
        "alpha": _short(row.alpha),
        "sensitivity": _short(row.sensitivity),
        "specificity": _short(row.specificity),
        **_rate(row),
        "unscored": row.unscored,
        "next_step": row.next_step,
    }


def _rate(row: TrustRow) -> dict[str, Any]:
    return {"rate": _rounded(row.rate.rate if row.rate else None), **_correction(row.corrected)}


def _named(name: str, figure: Figure) -> dict[str, float | None]:
    return {name: _rounded(figure.value), f"{name}_low": _rounded(figure.low), f"{name}_high": _rounded(figure.high)}


def _short(figure: Figure) -> str:
    if figure.value is None or figure.low is None or figure.high is None:
        return ""
    return f"{figure.value:.2f} ({figure.low:.2f} to {figure.high:.2f})"


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
