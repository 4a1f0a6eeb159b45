"""`insight effect`: did the coaching work?"""

from typing import Annotated, Any

import typer

from coachloop.app.queries.effect import EffectRow, Measured, Overall, measured
from coachloop.app.queries.programmes import operator
from coachloop.app.services.rollups import refresh_rollups
from coachloop.cli.output import AsJson, Day, InProgramme, need_site, out, print_json, show_rows
from coachloop.core.insight.effect import Effect, verdict

FIGURES = ("before", "after", "effect", "low", "high", "n_before", "n_after", "controls", "verdict", "why")
EMPTY = "No session on a behaviour is held yet. Bring history in with `coachloop import coaching FILE`."
NONE = Overall(None, None, None, 0, 0)


def effect(
    *,
    behaviour: Annotated[str | None, typer.Option(help="Only this one.")] = None,
    template: Annotated[str | None, typer.Option(help="Only this template's.")] = None,
    as_of: Day = None,
    programme: InProgramme = None,
    as_json: AsJson = False,
) -> None:
    """Did the coaching work? Each session against agents who were not coached on it, and all of them together."""
    need_site()
    refresh_rollups()
    found = measured(operator(programme), as_of=as_of, behaviour=behaviour, template=template)
    whole, rows = found.overall if found else NONE, [_session(row) for row in found.rows] if found else []
    if as_json:
        print_json({"pooled": _pooled(whole), "sessions": rows, "behaviours": _behaviours(found)})
        return
    show_rows(rows, as_json=False, empty=EMPTY)
    if rows:
        out.print(_in_words(whole), markup=False, highlight=False)


def _pooled(one: Overall) -> dict[str, Any]:
    said = Effect.OPEN if one.low is None or one.high is None else verdict(one.low, one.high)
    figures = {name: getattr(one, name) for name in ("effect", "low", "high", "sessions", "agents")}
    return figures | {"verdict": said.value}


def _behaviours(found: Measured | None) -> list[dict[str, Any]]:
    each = found.behaviours.items() if found else ()
    return [{"template": key[0], "behaviour": key[1]} | _pooled(one) for key, one in each]


def _session(row: EffectRow) -> dict[str, Any]:
    names = {"agent_id": row.agent_key, "template": row.template, "behaviour": row.behaviour}
    return names | {"held_on": row.held_on.isoformat()} | {name: getattr(row, name) for name in FIGURES}


def _in_words(one: Overall) -> str:
    if one.effect is None or one.low is None or one.high is None:
        return "Together: nothing can be said yet."
    likely = f"likely between {100 * one.low:+.1f} and {100 * one.high:+.1f}"
    return f"Together: {100 * one.effect:+.1f} points ({likely}), {one.sessions} sessions with {one.agents} agents."
