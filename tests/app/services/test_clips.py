from datetime import timedelta

import pytest

from builders import MANNERS, NOW, call, label, publish, score, take
from coachloop.app.errors import NotYoursError, UnknownNameError, WrongStateError
from coachloop.app.models import AuditEntry, Clip, ClipShare, ClipView, Conversation, Review, Verdict
from coachloop.app.queries import clip_search
from coachloop.app.queries import clips as queries
from coachloop.app.services import clips


@pytest.fixture
def verdict(cast):  # noqa: ARG001 -- the teams are there first
    """Lea greets Ms Berg in one call of hers; Sam does in his."""
    publish(MANNERS)
    said = ("Good morning, Ms Berg!", "Hello.", "How are you, Ms BERG?", "Fine.")
    turns = [{"speaker": ("agent", "customer")[n % 2], "text": text} for n, text in enumerate(said)]
    take(call("c-1", turns=turns, customer_name="Ms Berg"), call("c-2", agent="sam", team="south", greets=True))
    score()
    return of("c-1")


def of(key):
    return Verdict.objects.get(behaviour__key="greets", attempt__evaluation__conversation__key=key)


def made(viewer, verdict):
    return clips.make_clip(viewer=viewer, verdict_id=verdict.pk, title="Hello", why_good="It is warm.", now=NOW)


def sees(viewer, clip):
    """Whether they see it: in the library, on its own page, and by its words."""
    found = [one.id for one in clip_search.library(viewer)] == [clip.pk]
    assert found == (queries.clip(viewer, clip.pk) is not None)
    assert found == bool(clip_search.library(viewer, words="ms hello"))
    return found


def who_sees(cast, clip):
    names = ("ada", "ben", "lea", "tom", "evaluator", "qa_lead", "operations", "admin", "nobody")
    return {name for name in names if sees(getattr(cast, name), clip)}


def test_from_the_moment_to_the_team_and_back(cast, verdict):
    """Its agent says yes before anybody else sees it, and one no hides it from everybody at once."""
    clip = made(cast.ada, verdict)
    assert who_sees(cast, clip) == {"ada", "lea", "qa_lead"}
    with pytest.raises(WrongStateError, match="not agreed yet"):
        clips.share(viewer=cast.ada, clip_id=clip.pk, with_whom="team:north", now=NOW)
    clips.consent(viewer=cast.lea, clip_id=clip.pk, now=NOW)
    assert who_sees(cast, clip) == {"ada", "lea", "qa_lead"}
    assert clips.share(viewer=cast.ada, clip_id=clip.pk, with_whom="agent:tom", now=NOW) == "Tom"
    assert clips.share(viewer=cast.ada, clip_id=clip.pk, with_whom="agent:tom", now=NOW) == "Tom"
    assert clips.share(viewer=cast.qa_lead, clip_id=clip.pk, with_whom="team:south", now=NOW) == "South"
    assert who_sees(cast, clip) == {"ada", "ben", "lea", "tom", "qa_lead"}
    clips.withdraw(viewer=cast.lea, clip_id=clip.pk, now=NOW)
    assert who_sees(cast, clip) == {"lea"}
    clips.consent(viewer=cast.lea, clip_id=clip.pk, now=NOW)
    assert who_sees(cast, clip) == {"ada", "lea", "qa_lead"}
    assert not ClipShare.objects.exists()
    assert [row.action for row in AuditEntry.objects.filter(subject=f"clip:{clip.pk}").order_by("id")] == [
        "clip.make", "clip.consent", "clip.share", "clip.share", "clip.share", "clip.withdraw", "clip.consent",
    ]  # fmt: skip


def test_only_the_agent_in_it_answers(cast, verdict):
    clip = made(cast.ada, verdict)
    for viewer in (cast.ada, cast.qa_lead, cast.operator):
        for answer in (clips.consent, clips.withdraw):
            with pytest.raises(NotYoursError):
                answer(viewer=viewer, clip_id=clip.pk, now=NOW)
    with pytest.raises(Clip.DoesNotExist):
        clips.consent(viewer=cast.tom, clip_id=clip.pk, now=NOW)


def test_agents_and_leaders_of_others_make_and_keep_none(cast, verdict):
    for viewer in (cast.lea, cast.ben, cast.operations, cast.admin, cast.nobody):
        with pytest.raises(WrongStateError, match="can't become a clip"):
            made(viewer, verdict)
    clip = made(cast.qa_lead, verdict)
    for viewer in (cast.ben, cast.lea, cast.tom):
        with pytest.raises(Clip.DoesNotExist):
            clips.word_clip(viewer=viewer, clip_id=clip.pk, title="x", why_good="x", now=NOW)
        with pytest.raises(Clip.DoesNotExist):
            clips.share(viewer=viewer, clip_id=clip.pk, with_whom="team:south", now=NOW)


@pytest.mark.parametrize("with_whom", ["team:south", "agent:sam", "agent:", "", "lea", "team:north:x"])
def test_a_leader_shares_with_their_own(cast, verdict, with_whom):
    clip = made(cast.ada, verdict)
    clips.consent(viewer=cast.lea, clip_id=clip.pk, now=NOW)
    with pytest.raises(UnknownNameError):
        clips.share(viewer=cast.ada, clip_id=clip.pk, with_whom=with_whom, now=NOW)


def test_words_as_they_were_said_but_for_the_customers_name(cast, verdict):
    clip = made(cast.ada, verdict)
    shown = queries.clip(cast.lea, clip.pk)
    assert [turn.text for turn in shown.turns] == [
        "Good morning, Ms [CUSTOMER_NAME]!", "Hello.", "How are you, Ms [CUSTOMER_NAME]?", "Fine.",
    ]  # fmt: skip
    assert [turn.proof for turn in shown.turns] == [True, False, False, False]
    assert not clip_search.library(cast.lea, words="berg")
    take(call("c-1", greets=False), replace=True)
    assert len(queries.clip(cast.lea, clip.pk).turns) == 4


def test_the_customers_name_is_hidden_where_something_else_is_masked_too(cast):
    publish(MANNERS)
    said = ("Good morning, Ms Berg!", "This is Berg, call me on 555 867 5309.")
    turns = [{"speaker": ("agent", "customer")[n], "text": text} for n, text in enumerate(said)]
    take(call("c-3", turns=turns, customer_name="Ms Berg"))
    score()
    shown = queries.clip(cast.lea, made(cast.ada, of("c-3")).pk)
    assert [turn.text for turn in shown.turns] == [
        "Good morning, Ms [CUSTOMER_NAME]!", "This is [CUSTOMER_NAME], call me on [PHONE].",
    ]  # fmt: skip


def test_a_clip_has_a_title_and_a_reason(cast, verdict):
    for title, why in ((" ", "x"), ("x", ""), ("x" * 201, "x"), ("x", "x" * 1001)):
        with pytest.raises(WrongStateError):
            clips.make_clip(viewer=cast.ada, verdict_id=verdict.pk, title=title, why_good=why, now=NOW)
    clip = made(cast.ada, verdict)
    clips.word_clip(viewer=cast.ada, clip_id=clip.pk, title=" Warm ", why_good="So warm.", now=NOW)
    assert queries.clip(cast.ada, clip.pk).title == "Warm"


def test_what_is_proposed_is_met_and_undisputed(cast, verdict):
    """A rule's word comes last; a person's first; a dispute, whatever came of it, ends it."""
    assert [(one.conversation_key, one.sure) for one in queries.candidates(cast.ada)] == [("c-1", "found by a rule")]
    label({"conversation_id": "c-1", "behaviour": "greets", "verdict": "met"})
    assert [one.sure for one in queries.candidates(cast.ada, behaviour="manners/greets")] == ["a person says so"]
    assert queries.candidates(cast.ada, behaviour="manners/warmth") == []
    assert {one.conversation_key for one in queries.candidates(cast.qa_lead)} == {"c-1", "c-2"}
    assert queries.candidates(cast.lea) == []
    review = Review.objects.create(
        conversation=Conversation.objects.get(key="c-1"), behaviour=verdict.behaviour, kind="dispute", rank=0, outcome="met",
        reviewed_at=NOW, fingerprint="d",
    )  # fmt: skip
    assert queries.candidates(cast.ada) == []
    review.delete()
    made(cast.ada, verdict)
    assert queries.candidates(cast.ada) == []


def test_a_person_who_says_otherwise_ends_it(cast, verdict):
    label({"conversation_id": "c-1", "behaviour": "greets", "verdict": "not_met"})
    label({"conversation_id": "c-1", "behaviour": "greets", "verdict": "met"}, now=NOW + timedelta(days=1))
    assert queries.candidates(cast.ada) == []
    with pytest.raises(WrongStateError):
        made(cast.ada, verdict)


@pytest.mark.parametrize(("probability", "proposed"), [(0.95, 1), (0.9, 1), (0.89, 0)])
def test_a_machine_has_to_be_sure(cast, verdict, *, probability, proposed):
    other = verdict.attempt.verdicts.get(behaviour__key="warmth")
    quote = verdict.evidence
    behaviour = other.behaviour
    other.delete()
    Verdict.objects.create(
        attempt=verdict.attempt, behaviour=behaviour, outcome="met", probability=probability, evidence=quote
    )
    found = queries.candidates(cast.ada, behaviour="manners/warmth")
    assert [one.sure for one in found] == [f"{probability:.0%} sure"] * proposed


def test_looks_are_counted_but_for_ones_own(cast, verdict):
    clip = made(cast.ada, verdict)
    for viewer in (cast.ada, cast.ada, cast.qa_lead, cast.lea, cast.operator):
        clips.seen(viewer=viewer, clip_id=clip.pk, now=NOW)
    shown = queries.clip(cast.ada, clip.pk)
    assert (shown.times, shown.people) == (3, 2)
    assert ClipView.objects.count() == 2
    with pytest.raises(Clip.DoesNotExist):
        clips.seen(viewer=cast.tom, clip_id=clip.pk, now=NOW)
    assert AuditEntry.objects.filter(action="conversation.look", actor=cast.ada.user).count() == 1


def test_who_is_asked(cast, verdict):
    clip = made(cast.ada, verdict)
    assert [one.id for one in queries.waiting(cast.lea)] == [clip.pk]
    assert queries.waiting(cast.tom) == queries.waiting(cast.ada) == []
    clips.withdraw(viewer=cast.lea, clip_id=clip.pk, now=NOW)
    assert queries.waiting(cast.lea) == []
