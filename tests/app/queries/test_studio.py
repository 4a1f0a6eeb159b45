"""The studio's reads: versions and what they changed, the twenty calls, and how far a text agrees with people."""

from collections import Counter
from datetime import timedelta

import pytest

from builders import MANNERS, NOW, call, label, publish, score, take
from coachloop.app.models import Conversation
from coachloop.app.queries import studio, trying
from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.services.templates import add_template
from coachloop.core.model.template_yaml import parse_template
from coachloop.core.model.verdict import Outcome
from coachloop.core.scoring.phrases import PhraseScorer
from coachloop.core.scoring.port import Finding, Scorer

SCORERS = {"phrases": PhraseScorer()}
TEMPLATE = parse_template(MANNERS)
WARMER = MANNERS.replace("target: 0.8", "target: 0.9")


@pytest.fixture
def stored(cast):
    """Sixty calls of two teams; of five the price comes up, and in two of these its worth is said."""
    publish()
    take(
        *(
            call(f"c-{n}", greets=n % 3 == 0, price=None if n >= 5 else n < 2, team=("north", "south")[n % 2],
                 agent=f"a-{n % 6}", at=NOW - timedelta(hours=n))
            for n in range(60)
        )
    )  # fmt: skip
    return cast


def twenty(viewer=OPERATOR, template=TEMPLATE, *, draw=1, keep=()):
    return trying.twenty(viewer, template, draw=draw, scorers=SCORERS, keep=keep)


def test_versions_newest_first_with_what_they_changed(cast):
    publish()
    add_template(viewer=OPERATOR, text=WARMER, now=NOW)
    bench = studio.studio(cast.qa_lead, "manners")
    assert (bench.newest.number, bench.draft.number, bench.current.number) == (2, 2, 1)
    assert bench.version(1).text == MANNERS
    assert bench.version(3) is None
    assert studio.studio(cast.ada, "manners") is None
    assert studio.studio(cast.qa_lead, "other") is None
    _, steps = studio.history(cast.qa_lead, "manners")
    assert [step.version.number for step in steps] == [2, 1]
    assert steps[0].diff.changed[0].fields[0].new == 0.9
    _, steps = studio.history(cast.lea, "manners")
    assert [(step.version.number, step.diff) for step in steps] == [(1, None)]


def test_a_draft_alone_is_seen_by_those_who_write(cast):
    add_template(viewer=OPERATOR, text=MANNERS, now=NOW)
    assert studio.studio(cast.qa_lead, "manners").current is None
    assert studio.history(cast.lea, "manners") is None
    assert studio.history(cast.lea, "other") is None


def test_a_text_is_a_template_or_its_mistakes():
    assert studio.read(MANNERS, key="manners") == TEMPLATE
    assert studio.read("[").errors
    [wrong] = studio.read(f"# first\n{MANNERS}", key="other").errors
    assert (wrong.line, wrong.column, wrong.path) == (2, 6, "key")


@pytest.mark.usefixtures("stored")
def test_how_many_will_be_scored():
    take(call("chat", channel="chat"), {"id": "audio", "audio": "a.wav", "channel": "voice"})
    assert studio.rescored(OPERATOR, TEMPLATE) == 60


def test_playbooks_say_what_is_here(cast):
    publish()
    other = MANNERS.replace("key: manners", "key: another").replace("title: Manners", "title: Another")
    found = studio.playbooks(cast.qa_lead, [MANNERS, other])
    assert [(book.key, book.here) for book in found] == [("another", False), ("manners", True)]


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize("scored", [False, True])
def test_every_outcome_comes_up_among_the_twenty(scored):
    """By what is stored, or by the text's phrases where nothing is yet."""
    if scored:
        score()
    ids = twenty()
    assert len(set(ids)) == 20
    tried = trying.try_out(OPERATOR, TEMPLATE, ids, draw=1, scorers=SCORERS)
    greets, value, warmth = tried.behaviours
    assert min(greets.counts["met"], greets.counts["not_met"]) >= 2
    assert value.counts["met"] == 2
    assert value.counts["not_met"] >= 2
    assert warmth.counts == {"unscored": 20}
    assert len(tried.open_ids) == 20
    assert greets.version == "phrases@" + SCORERS["phrases"].version


@pytest.mark.usefixtures("stored")
def test_the_same_twenty_again_and_another():
    ids = twenty()
    assert twenty() == ids
    assert set(twenty(draw=2)) != set(ids)
    assert twenty(draw=2, keep=ids) == ids
    kept = twenty(keep=[*ids[:5], 0, ids[0]])
    assert kept[:5] == ids[:5]
    assert len(kept) == 20
    Conversation.objects.exclude(pk__in=ids[:3]).update(channel="chat")
    assert set(twenty(keep=ids)) == set(ids[:3])


@pytest.mark.parametrize(("who", "n"), [("qa_lead", 20), ("ada", 20), ("admin", 0), ("evaluator", 0)])
def test_only_calls_one_may_see(stored, who, n):
    viewer = getattr(stored, who)
    ids = twenty(viewer)
    assert len(ids) == n
    assert not Conversation.objects.filter(pk__in=ids).exclude(team__key__in=["north", "south"][: 2 - (who == "ada")])
    assert trying.try_out(viewer, TEMPLATE, twenty(), draw=1, scorers=SCORERS).keys or not n


@pytest.mark.usefixtures("stored")
def test_a_call_is_shown_with_its_words():
    """The quote of a verdict; the missed moment and what the agent said next; the person's answer beside it."""
    label({"conversation_id": "c-0", "behaviour": "greets", "verdict": "not_met"})
    ids = list(Conversation.objects.filter(key__in=["c-0", "c-2"]).order_by("key").values_list("id", flat=True))
    tried = trying.try_out(OPERATOR, TEMPLATE, ids, draw=1, scorers=SCORERS)
    first, second = tried.behaviours[0].calls
    assert [(said.turn, said.text) for said in first.quotes] == [(0, "Good morning!")]
    assert (first.human, first.differs, second.human, second.differs) == (Outcome.NOT_MET, True, None, False)
    assert [(said.text, str(said.speaker)) for said in second.missed] == [("Yes?", "agent")]
    missed = tried.behaviours[1].calls[1].missed
    assert [(said.text, str(said.speaker)) for said in missed] == [("How much?", "customer"), ("Ninety.", "agent")]


@pytest.mark.usefixtures("stored")
def test_agreement_is_over_all_answers_that_the_text_fits():
    take(call("chat", channel="chat"))
    rows = [{"conversation_id": f"c-{n}", "behaviour": "greets", "verdict": ("met", "not_met")[n % 3 > 0]} for n in range(30)]  # fmt: skip
    label(*rows, {"conversation_id": "chat", "behaviour": "greets", "verdict": "met"})
    found = trying.agreement_with_people(OPERATOR, TEMPLATE, scorers=SCORERS)
    assert (found["greets"].answers, found["greets"].n, found["greets"].kappa) == (30, 30, 1)
    assert found["warmth"][:3] == (0, 0, None)
    changed = parse_template(MANNERS.replace("[good morning]", "['yes']"))
    assert trying.agreement_with_people(OPERATOR, changed, scorers=SCORERS)["greets"].kappa < 0


class Judge(Scorer):
    """Says met, one request a conversation, and counts them."""

    name, version = "judge", "1"

    def __init__(self):
        self.asked = Counter()

    def score(self, questions):
        self.asked.update(question.conversation.id for question in questions)
        return [Finding(Outcome.NOT_MET, "cold") for _ in questions]


@pytest.mark.usefixtures("stored")
def test_a_judge_is_asked_about_what_is_open_while_there_is_time():
    text = parse_template(MANNERS.replace("[{learned: {}}]", "[{learned: {}}, {judge: {}}]"))
    judge, ids = Judge(), twenty()
    steps = iter([True, True, False, False])
    judged = trying.Judged({**SCORERS, "judge": judge}, lambda: next(steps))
    tried = trying.try_out(OPERATOR, text, ids, draw=1, scorers=SCORERS, judged=judged)
    assert (tried.waiting, len(tried.open_ids), len(judge.asked)) == (10, 10, 10)
    warmth = tried.behaviours[2]
    assert warmth.counts == {"not_met": 10, "unscored": 10}
    assert warmth.version == "judge@1"
    assert trying.try_out(OPERATOR, text, ids, draw=1, scorers=SCORERS).waiting == 0
