from collections.abc import Sequence

import pytest

from coachloop.core.model.conversation import Conversation, Speaker, Turn
from coachloop.core.model.template import AppliesWhen, Behaviour, Member, Require, Span, Template, Window
from coachloop.core.model.verdict import Missed, Outcome, Quote, Verdict
from coachloop.core.scoring.phrases import PhraseScorer
from coachloop.core.scoring.port import Finding, Question, Scorer, ScorerUnavailableError
from coachloop.core.scoring.runner import NO_SCORERS, Runner
from coachloop.core.scoring.timing import TimingScorer

CALL = Conversation(
    "1", (Turn(Speaker.CUSTOMER, "hello"), Turn(Speaker.AGENT, "good morning"), Turn(Speaker.CUSTOMER, "price?"))
)
OTHER = Conversation("2", (Turn(Speaker.AGENT, "well hello"),))
MET = Finding(Outcome.MET, "does")
PASS = Finding(None, "cannot tell")


class Fake(Scorer):
    """Says what it is told to, call by call, and keeps what it was asked."""

    def __init__(self, *says: object, version: str = "3", knows: Sequence[str] | None = None) -> None:
        self.version = version
        self.says = list(says)
        self.knows = knows
        self.asked: list[Sequence[Question]] = []

    def available(self, behaviour: Behaviour, template: str) -> bool:
        return template == "t" and (self.knows is None or behaviour.key in self.knows)

    def score(self, questions: Sequence[Question]) -> Sequence[Finding]:
        self.asked.append(questions)
        says = self.says.pop(0) if len(self.says) > 1 else self.says[0]
        if isinstance(says, Exception):
            raise says
        return says if isinstance(says, list) else [says] * len(questions)


def behaviour(key: str, *members: Member | str, **fields: object) -> Behaviour:
    named = tuple(Member(member) if isinstance(member, str) else member for member in members)
    return Behaviour(key, key, "Q?", good="better", score_with=named, **fields)


def runner(*behaviours: Behaviour, **scorers: Scorer) -> Runner:
    return Runner(Template("t", "T", behaviours), scorers)


def phrases(*words: str) -> Member:
    return Member("phrases", {"any": list(words)})


def score(asked: Behaviour, **scorers: Scorer) -> Verdict:
    [[verdict]] = runner(asked, **scorers).score([CALL])
    return verdict


def test_versions_name_the_members_that_can_be_asked():
    ran = runner(
        behaviour("a", "phrases", "learned", "judge", "human", "imported"),
        behaviour("b", "learned"),
        behaviour("c"),
        behaviour("d", "human"),
        phrases=PhraseScorer(),
        learned=Fake(PASS, knows=["a"]),
    )
    assert ran.scorer_versions == {"a": "phrases@1>learned@3", "b": NO_SCORERS, "c": NO_SCORERS, "d": NO_SCORERS}


def test_a_scorer_may_have_a_version_for_each_behaviour():
    class Learner(Fake):
        def version_for(self, behaviour: Behaviour, template: str) -> str:
            return f"{template}-{behaviour.key}-7"

    ran = runner(behaviour("a", "learned"), behaviour("b", "learned"), learned=Learner(PASS))
    assert ran.scorer_versions == {"a": "learned@t-a-7", "b": "learned@t-b-7"}


def test_a_question_without_an_answer_yet_postpones_its_conversation_alone():
    judge = Fake([None, MET])
    postponed, verdicts = runner(behaviour("a", "judge"), judge=judge).score([CALL, OTHER])
    assert postponed is None
    assert verdicts is not None
    assert [verdict.outcome for verdict in verdicts] == [Outcome.MET]
    assert {question.template for question in judge.asked[0]} == {"t"}


def test_the_first_that_decides_decides_and_the_rest_are_not_asked():
    judge = Fake(MET)
    verdict = score(behaviour("a", phrases("good morning"), "judge"), phrases=PhraseScorer(), judge=judge)
    assert (verdict.outcome, verdict.decided_by) == (Outcome.MET, "phrases")
    assert judge.asked == []


def test_what_one_passes_the_next_decides():
    judge = Fake(Finding(Outcome.NOT_MET, "no", 0.2, missed=Missed(0, "say it")))
    verdict = score(behaviour("a", phrases("bye"), "judge"), phrases=PhraseScorer(), judge=judge)
    assert verdict == Verdict("a", Outcome.NOT_MET, "no", 0.2, missed=Missed(0, "say it"), decided_by="judge")
    [[question]] = judge.asked
    assert question.last


def test_only_available_members_come_after():
    """Phrases before a judge that nobody configured are the last: a miss is not met."""
    verdict = score(behaviour("a", phrases("bye"), "judge"), phrases=PhraseScorer())
    assert (verdict.outcome, verdict.missed) == (Outcome.NOT_MET, Missed(1, "better"))


def test_what_all_pass_is_unscored_with_every_reason():
    asked = behaviour("a", "learned", "judge")
    verdict = score(asked, learned=Fake(Finding(None)), judge=Fake(Finding(Outcome.UNSCORED, "cannot tell")))
    assert verdict == Verdict("a", Outcome.UNSCORED, "learned: passes; judge: cannot tell")
    assert score(asked, judge=Fake(PASS)).reason == "cannot tell"


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ([], "no scorer: the template names none for this behaviour"),
        (["learned", "judge"], "no scorer available: waits for a learned scorer or a judge"),
        (["human"], "no scorer available: waits for a person's answer"),
        (
            ["phrases", "imported", "ours"],
            "no scorer available: waits for the phrase scorer or another tool's verdict or the scorer ours",
        ),
    ],
)
def test_where_nobody_can_be_asked_it_says_who_is_missing(members, reason):
    assert score(behaviour("a", *members)) == Verdict("a", Outcome.UNSCORED, reason)


def test_what_does_not_apply_asks_nobody():
    judge = Fake(MET)
    verdict = score(
        behaviour("a", "judge", applies_when=AppliesWhen(("divorce",)), window=Window(Span.AFTER, 2)), judge=judge
    )
    assert verdict.outcome is Outcome.NOT_APPLICABLE
    assert judge.asked == []


def test_seconds_without_times_are_unscored():
    verdict = score(behaviour("a", phrases("x"), window=Window(Span.FIRST_SECONDS, 9)), phrases=PhraseScorer())
    assert verdict.outcome is Outcome.UNSCORED
    assert verdict.reason.startswith("no times")
    assert score(behaviour("a", "timing"), timing=TimingScorer()).reason.startswith("no times")


def test_words_cannot_decide_what_hangs_on_a_question():
    condition = {"applies_when": AppliesWhen(question="Was there a hold?")}
    local = {"phrases": PhraseScorer(), "timing": TimingScorer()}
    asked = behaviour("a", phrases("good morning"), "timing", "learned", "judge", **condition)
    assert score(asked, **local).reason == "applicability undecided: waits for a learned scorer or a judge"
    assert score(behaviour("a", "phrases", **condition), **local).reason == score(asked, **local).reason
    passed = score(asked, **local, learned=Fake(PASS))
    assert (passed.outcome, passed.reason) == (Outcome.UNSCORED, "applicability undecided: cannot tell")
    assert score(asked, **local, judge=Fake(Finding(Outcome.NOT_APPLICABLE, "no"))).outcome is Outcome.NOT_APPLICABLE
    assert runner(asked, **local, learned=Fake(PASS)).scorer_versions == {"a": "learned@3"}


def test_the_judge_gets_all_that_is_open_at_once():
    judge, ours = Fake(MET), Fake(PASS)
    ran = runner(
        behaviour("a", phrases("bye"), "judge"),
        behaviour("b", "judge"),
        behaviour("c", "judge", phrases("good morning")),
        behaviour("d", phrases("good morning"), "judge"),
        behaviour("e", "ours", "judge"),
        phrases=PhraseScorer(),
        judge=judge,
        ours=ours,
    )
    first, second = ran.score([CALL, OTHER])
    asked = [[(question.conversation.id, question.behaviour.key) for question in batch] for batch in judge.asked]
    assert asked[0] == [("1", "a"), ("1", "b"), ("1", "c"), ("2", "a"), ("2", "b"), ("2", "c"), ("2", "d")]
    assert asked[1] == [("1", "e"), ("2", "e")]
    assert [verdict.behaviour for verdict in first] == ["a", "b", "c", "d", "e"]
    assert [verdict.decided_by for verdict in second] == ["judge"] * 5


def test_quotes_that_do_not_hold_are_dropped_and_counted():
    true, false, theirs = Quote(1, 0, 4, "good"), Quote(1, 0, 4, "Good"), Quote(0, 0, 5, "hello")
    verdict = score(behaviour("a", "judge"), judge=Fake(Finding(Outcome.MET, "ok", 0.9, (true, false, theirs))))
    assert (verdict.outcome, verdict.evidence, verdict.dropped_quotes) == (Outcome.MET, (true,), 2)


def test_met_on_quotes_none_of_which_holds_is_unscored():
    verdict = score(
        behaviour("a", "judge", "ours"),
        judge=Fake(Finding(Outcome.MET, "ok", 0.9, (Quote(0, 0, 5, "hello"),))),
        ours=Fake(MET),
    )
    assert (verdict.outcome, verdict.decided_by, verdict.dropped_quotes) == (Outcome.UNSCORED, "", 1)
    assert verdict.reason == "judge says met, but none of its quotes is what the agent says there word for word"


@pytest.mark.parametrize(
    ("missed", "stands"),
    [
        (None, Missed(1, "better")),
        (Missed(99, ""), Missed(1, "better")),
        (Missed(-1, "say it"), Missed(1, "say it")),
        (Missed(2), Missed(2, "better")),
    ],
)
def test_not_met_always_has_a_missed_moment(missed, stands):
    verdict = score(behaviour("a", "judge"), judge=Fake(Finding(Outcome.NOT_MET, missed=missed)))
    assert verdict.missed == stands


def test_met_has_no_missed_moment():
    assert score(behaviour("a", "judge"), judge=Fake(Finding(Outcome.MET, missed=Missed(1)))).missed is None


def test_a_crash_is_asked_about_again_one_by_one():
    judge = Fake(RuntimeError("batch"), [MET], ValueError("odd words"))
    asked = behaviour("a", "judge")
    [[first], [second]] = runner(asked, judge=judge).score([CALL, OTHER])
    assert first.outcome is Outcome.MET
    assert second == Verdict("a", Outcome.UNSCORED, "judge crashed: ValueError: odd words")


def test_after_a_crash_the_next_member_is_asked():
    crashing = Fake(ValueError("x" * 1000))
    verdict = score(behaviour("a", "learned", "judge"), learned=crashing, judge=Fake(MET))
    assert verdict.decided_by == "judge"
    verdict = score(behaviour("a", "learned", "judge"), learned=crashing, judge=Fake(PASS))
    assert verdict.reason.startswith("learned crashed: ValueError: xxx")
    assert verdict.reason.endswith("xxx; judge: cannot tell")
    assert len(verdict.reason) < 600


@pytest.mark.parametrize(
    "says",
    [
        [],
        [MET, MET, MET],
        ["met"],
        [Finding("perhaps")],
        [Finding(Outcome.MET, probability=1.2)],
        [Finding(Outcome.MET, probability=float("nan"))],
        [Finding(Outcome.MET, evidence=(None,))],
    ],
)
def test_what_is_no_answer_is_a_crash(says):
    verdict = score(behaviour("a", "judge"), judge=Fake(says))
    assert verdict.outcome is Outcome.UNSCORED
    assert verdict.reason.startswith("judge crashed: ")


def test_an_unavailable_scorer_postpones_the_conversations_that_need_it():
    asked = [behaviour("a", phrases("good morning"), "judge"), behaviour("b", phrases("good", "hello"))]
    ran = runner(*asked, phrases=PhraseScorer(), judge=Fake(ScorerUnavailableError()))
    first, second = ran.score([CALL, OTHER])
    assert [verdict.outcome for verdict in first] == [Outcome.MET, Outcome.MET]
    assert second is None


def test_who_is_postponed_is_asked_nothing_more():
    ours = Fake(MET)
    ran = runner(behaviour("a", "judge"), behaviour("b", "ours"), judge=Fake(ScorerUnavailableError()), ours=ours)
    assert ran.score([CALL]) == [None]
    assert ours.asked == []


def test_a_scorer_that_becomes_unavailable_after_a_crash_postpones_too():
    judge = Fake(RuntimeError("batch"), [MET], ScorerUnavailableError())
    first, second = runner(behaviour("a", "judge"), judge=judge).score([CALL, OTHER])
    assert first is not None
    assert second is None


def test_nothing_to_score_is_nothing():
    assert runner(behaviour("a", "judge"), judge=Fake(MET)).score([]) == []
    assert runner(judge=Fake(MET)).score([CALL]) == [[]]
    empty = Conversation("3", ())
    [[verdict]] = runner(behaviour("a", "judge"), judge=Fake(MET)).score([empty])
    assert (verdict.outcome, verdict.reason) == (Outcome.NOT_APPLICABLE, "the agent says nothing")


def test_only_the_first_moment_is_asked_about_where_the_template_says_so():
    judge = Fake(MET)
    asked = behaviour(
        "a", "judge", applies_when=AppliesWhen(("hello",)), window=Window(Span.AFTER, 1), require=Require.FIRST
    )
    twice = Conversation("1", CALL.turns[:2] * 2)
    runner(asked, judge=judge).score([twice])
    [[question]] = judge.asked
    assert [moment.trigger for moment in question.moments] == [0]


def test_options_reach_the_scorer():
    judge = Fake(MET)
    score(behaviour("a", Member("judge", {"x": 1})), judge=judge)
    [[question]] = judge.asked
    assert question.options == {"x": 1}
    assert Scorer.available(judge, behaviour("a"), "t")
