from datetime import timedelta

import pytest
from django.core.exceptions import ObjectDoesNotExist

from builders import MANNERS, NOW, call, publish, score, take
from coachloop.app.errors import NotYoursError, TemplateRefusedError, UnknownNameError, WrongStateError
from coachloop.app.models import AgentDay, AuditEntry, Behaviour, Conversation, Review, TemplateVersion
from coachloop.app.services import labels, rollups, studio
from coachloop.core.model.template_yaml import content_hash, parse_template
from coachloop.core.model.verdict import Outcome

WARMER = MANNERS.replace("[good morning]", "[good morning, hello]")
GREETS = parse_template(MANNERS).behaviours[0]
OTHERS = ("ada", "lea", "evaluator", "operations", "admin", "nobody")


def test_a_new_template_is_begun_once(cast):
    """Never over another's draft."""
    added = studio.begin_template(viewer=cast.qa_lead, text=MANNERS, now=NOW)
    assert (added.version.number, added.version.published_at) == (1, None)
    with pytest.raises(WrongStateError, match="there is a template 'manners' already"):
        studio.begin_template(viewer=cast.qa_lead, text=WARMER, now=NOW)
    assert TemplateVersion.objects.get().text == MANNERS
    with pytest.raises(TemplateRefusedError):
        studio.begin_template(viewer=cast.qa_lead, text="[", now=NOW)


def test_what_was_looked_at_is_what_is_published(cast):
    studio.begin_template(viewer=cast.qa_lead, text=MANNERS, now=NOW)
    looked_at = content_hash(MANNERS)
    studio.save_draft(viewer=cast.qa_lead, text=WARMER, now=NOW)
    with pytest.raises(WrongStateError, match="the draft has changed since you looked"):
        studio.publish_draft(viewer=cast.qa_lead, key="manners", sha256=looked_at, now=NOW)
    version = studio.publish_draft(viewer=cast.qa_lead, key="manners", sha256=content_hash(WARMER), now=NOW)
    assert (version.text, version.published_at) == (WARMER, NOW)
    with pytest.raises(WrongStateError, match="the draft has changed since you looked"):
        studio.publish_draft(viewer=cast.qa_lead, key="manners", sha256=content_hash(WARMER), now=NOW)
    with pytest.raises(WrongStateError, match="has no draft and no re-trained model"):
        studio.publish_draft(viewer=cast.qa_lead, key="manners", sha256="", now=NOW)
    with pytest.raises(UnknownNameError):
        studio.publish_draft(viewer=cast.qa_lead, key="other", sha256="", now=NOW)


@pytest.mark.parametrize("who", OTHERS)
def test_only_a_qa_lead_writes(cast, who):
    publish()
    take(call("c-1"))
    viewer, pk = getattr(cast, who), Conversation.objects.get().pk
    with pytest.raises(NotYoursError):
        studio.begin_template(viewer=viewer, text=MANNERS, now=NOW)
    with pytest.raises(NotYoursError):
        studio.save_draft(viewer=viewer, text=WARMER, now=NOW)
    with pytest.raises(NotYoursError):
        studio.publish_draft(viewer=viewer, key="manners", sha256="", now=NOW)
    with pytest.raises(NotYoursError):
        labels.answer(
            viewer=viewer, template="manners", behaviour=GREETS, conversation=pk, outcome=Outcome.MET, now=NOW
        )
    assert not Review.objects.exists()


@pytest.fixture
def answer(cast):
    """Answers about one call that the machine has scored."""
    publish()
    take(call("c-1"))
    score()
    pk = Conversation.objects.get().pk

    def say(outcome=Outcome.MET, *, behaviour=GREETS, minute=0, viewer=cast.qa_lead, conversation=pk):
        now = NOW + timedelta(minutes=minute)
        return labels.answer(
            viewer=viewer, template="manners", behaviour=behaviour, conversation=conversation, outcome=outcome, now=now
        )

    return say


def test_an_answer_is_a_label_of_the_one_who_gives_it(answer, cast):
    row = answer()
    assert (row.kind, row.rank, row.outcome, row.reviewer, row.reviewer_name) == (
        "label", 3, "met", cast.qa_lead.user, "Quinn Abara",
    )  # fmt: skip
    assert row.sampling_probability is None
    rollups.refresh_rollups()
    assert AgentDay.objects.get(behaviour__key="greets").met == 1
    entry = AuditEntry.objects.get(action="label.answer")
    assert (entry.subject, entry.detail) == (
        "conversation:c-1",
        {"template": "manners", "behaviour": "greets", "outcome": "met"},
    )


def test_the_latest_answer_counts_and_nothing_is_overwritten(answer, cast):
    answer()
    answer(minute=1)
    assert Review.objects.count() == 1
    answer(Outcome.NOT_MET, minute=2)
    answer(Outcome.MET, minute=3)
    answer(Outcome.NOT_MET, minute=4, viewer=cast.operator)
    answer(Outcome.MET, minute=5)
    assert [*Review.objects.order_by("id").values_list("outcome", flat=True)] == [
        "met", "not_met", "met", "not_met", "met",
    ]  # fmt: skip


def test_a_draft_behaviour_gets_its_identity(answer):
    """Publishing it later finds the answer there."""
    text = MANNERS + "  - {key: thanks, title: Thanks, question: Thanked?, score_with: [{phrases: {any: [thanks]}}]}\n"
    thanks = parse_template(text).behaviours[-1]
    answer(behaviour=thanks)
    assert Behaviour.objects.get(key="thanks").retired
    publish(text)
    row = Behaviour.objects.get(key="thanks")
    assert (row.retired, row.position, row.reviews.count()) == (False, 3, 1)


def test_a_call_that_is_not_there(answer):
    with pytest.raises(ObjectDoesNotExist):
        answer(conversation=0)


def test_a_call_of_nobody_can_be_answered(answer):
    take(call("c-2", agent=None, team=None, at=None))
    answer(conversation=Conversation.objects.get(key="c-2").pk)
    assert Review.objects.count() == 1
