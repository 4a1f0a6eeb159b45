"""How we score, in plain words, filled from what is configured and measured: for agents, leaders and the works council."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from coachloop.app.queries import sites, trust_page
from coachloop.app.queries.learned import current_models
from coachloop.app.queries.templates import published
from coachloop.app.queries.trust import TrustRow
from coachloop.app.queries.trust_page import Trusted
from coachloop.app.queries.viewing import Viewer, within
from coachloop.core.model.running import Running
from coachloop.core.model.template import Behaviour

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

SEEN_BY = (
    "Agents: their own calls, scores and sessions, and moments that colleagues agreed to share. No score of another agent.",
    "Team leaders: the calls and scores of their team, by the team at the time of the call, and the sessions they lead.",
    "Evaluators: the words of calls that they are asked to answer blind; never the machine's answer before their own.",
    "QA leads: every call and score; of a session its subject and status, never its private notes.",
    "Operations: figures of teams and the whole centre; no call and no agent's scores.",
    "Admins: people, settings and the log of who did what; no call.",
    "Whoever runs the machine can reach everything that is stored on it.",
)
HUMAN = (
    "A score decides nothing. It suggests to a leader what to talk about; the leader chooses, with a reason, and may choose otherwise.",
    "People answer some calls blind, drawn by chance, to check the machine. Their answer counts before the machine's.",
    "There is no ranking of agents, and no page shows one overall percentage of a person.",
    "Nobody is coached on few calls: what chance may explain is not said.",
)
NEVER = (
    "No emotion, mood or stress is read from a voice, a face or words.",
    (
        "No scorer is shown the agent's record, group or past scores. Before a language model reads a call, the agent's and the customer's "
        "names, as its record gives them, are masked where they are said."
    ),
    "Audited calls are never used for training.",
)


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the pack: a heading, sentences, a list."""

    title: str
    sentences: tuple[str, ...] = ()
    items: tuple[str, ...] = ()


def pack(viewer: Viewer, running: Iterable[Running]) -> list[Section]:
    """The whole pack, in order. It names nobody, so everybody sees the same.

    Args:
        viewer: who asks.
        running: who scores here, as configured.
    """
    scorers, kept = tuple(running), trust_page.templates(viewer)
    return [
        Section("What is scored", _scored(), tuple(_behaviours(viewer))),
        Section("Who decides", _WHO, tuple(_scorers(viewer, scorers))),
        Section("How often it is wrong", _ERROR, tuple(_errors(kept))),
        Section("Whether it is as good for everybody", _FAIR, tuple(_differences(kept))),
        Section("What people decide", (), HUMAN),
        Section("What is never done", (), NEVER),
        Section("Who sees what", (), SEEN_BY),
        Section("How long it is kept", _KEPT, ()),
        Section("How to challenge a score", _CHALLENGE, tuple(_sites(viewer))),
    ]


_WHO = (
    "Each behaviour has its own order of scorers; the first that decides, decides. What none can decide is left open, and says so.",
    "Every “met” needs words of the agent as proof; they are looked up word for word, and dropped where the call does not say them.",
)
_ERROR = (
    (
        "Measured on calls that people answered blind. Agreement beyond chance (kappa) is 0 where it is chance and 1 where it is perfect; "
        "the interval says where it likely lies. Where a model learned from a call, it is another model, which had not seen that call, whose "
        "answer is compared."
    ),
)
_FAIR = (
    (
        "Compared on audited calls: languages, sites and time in the job, where they are recorded. A difference is said only where chance "
        "hardly explains it."
    ),
)
_KEPT = (
    (
        "Calls, their words, scores, people's answers, coaching and the log of who did what are kept until somebody deletes them: nothing "
        "here deletes them by itself. What a site promises beyond that, it has to do itself."
    ),
    "The words of messages that were sent are forgotten after a week.",
)
_CHALLENGE = (
    (
        "On a call of yours, open the score and say in your own words why it is wrong. Somebody who neither scored it nor coached you on "
        "it decides, with a reason that you read. You see each step, and a score that does not stand counts no more."
    ),
)


def _scored() -> tuple[str, ...]:
    return (
        (
            "Every conversation of the kind that a template is for, not a choice of them. A behaviour is one thing that somebody does or does "
            "not do; where there was no occasion for it, it does not count."
        ),
    )


def _behaviours(viewer: Viewer) -> Iterable[str]:
    for template in published(viewer):
        names = ", ".join(one.title for one in template.core.behaviours)
        kind = "; ".join(f"{name} {', '.join(values)}" for name, values in template.core.applies_to.items())
        yield f"{template.core.title}, version {template.number}{f' (for {kind})' if kind else ''}: {names}."


def _scorers(viewer: Viewer, running: Sequence[Running]) -> Iterable[str]:
    used = [
        member.scorer for template in published(viewer) for one in template.core.behaviours for member in one.score_with
    ]
    for one in running:
        many = used.count(one.scorer)
        where = f", at {one.outside}: what is said is sent there" if one.outside else ", on this site's own machine"
        model = f" {one.model}" if one.model else ""
        version = f", version {one.version}" if one.version else ""
        yield f"{one.words}{model}{version}{where}; asked for {_count(many, 'behaviour')}."
    rows = (
        within(viewer, current_models(), "behaviour__template__programme")
        .select_related("behaviour__template")
        .order_by("behaviour__template__title", "behaviour__position")
    )
    for learned in rows.defer("data"):
        yield (
            f"A model trained on this centre's own labels for “{learned.behaviour.title}”: training {learned.number} of "
            f"{learned.trained_at:%d %B %Y}, from {_count(learned.labels, 'labelled call')}."
        )
    nobody = [one.title for template in published(viewer) for one in template.core.behaviours if _by_people(one)]
    if nobody:
        yield f"People alone: {', '.join(nobody)}."


def _by_people(behaviour: Behaviour) -> bool:
    return all(member.scorer == "human" for member in behaviour.score_with)


def _errors(kept: Iterable[tuple[str, str, Trusted | None]]) -> Iterable[str]:
    for _, title, known in kept:
        if known is None or not known.checked:
            yield f"{title}: nobody has checked it yet."
            continue
        yield from (f"{title}, {row.title}: {_error(row)}" for row in known.rows)


def _error(row: TrustRow) -> str:
    open_ = f" {row.unscored} of {row.verdicts} left open." if row.unscored else ""
    if row.kappa.value is None or row.kappa.low is None or row.kappa.high is None:
        return f"{'not checked yet' if not row.n else f'{row.n} calls checked, too much alike to tell'}.{open_}"
    right = sum(counts.get(said, 0) for said, counts in row.confusion.items())
    return (
        f"the same answer in {right} of {row.n} checked calls; agreement beyond chance {row.kappa.value:.2f}, likely between "
        f"{row.kappa.low:.2f} and {row.kappa.high:.2f}.{open_}"
    )


def _differences(kept: Iterable[tuple[str, str, Trusted | None]]) -> Iterable[str]:
    for _, title, known in kept:
        if known is None or not any(row.enough for row in known.fairness):
            yield f"{title}: not known yet, too few audited calls with a language, site or first day recorded."
        elif not known.differences:
            yield f"{title}: no difference is certain among {_count(len(known.fairness), 'comparison')}."
        else:
            yield from (
                f"{title}: {row.measure} is {'higher' if (row.difference or 0) > 0 else 'lower'} for {row.kind} {row.group} than for "
                f"the others."
                for row in known.differences
            )


def _sites(viewer: Viewer) -> Iterable[str]:
    for one in sites.their_sites(viewer):
        days = ", ".join(WEEKDAYS[int(day) - 1] for day in one.working_days)
        yield (
            f"{one.name}: within {_count(one.dispute_days, 'working day')} after the score landed; decided within "
            f"{_count(one.decide_days, 'working day')}. Working days are {days}, less public holidays."
        )


def _count(many: int, what: str) -> str:
    return f"{many:,} {what}{'' if many == 1 else 's'}"
