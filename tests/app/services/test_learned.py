from datetime import timedelta

import pytest

from app.training import WARM, Teacher, answer, centre, said
from builders import NOW, call, label, publish, take
from coachloop.app.errors import UnknownNameError, WrongStateError
from coachloop.app.models import AuditEntry, Conversation, Evaluation, LearnedModel, TrainingCase
from coachloop.app.queries import learned
from coachloop.app.queries import training as material
from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.services import learned as service
from coachloop.app.services.templates import publish as publish_now
from coachloop.app.services.templates import publish_template
from coachloop.core.model.verdict import Outcome

pytestmark = pytest.mark.usefixtures("site")
LATER = NOW + timedelta(days=1)


@pytest.fixture
def teacher(monkeypatch):
    teacher = Teacher(c_0=Outcome.MET, c_1=Outcome.NOT_MET)
    monkeypatch.setattr(service, "train", teacher)
    return teacher


def train(now=NOW, **more):
    return {row.behaviour: row for row in service.train_template(viewer=OPERATOR, key="warm", now=now, **more)}


def test_the_first_model_is_stored_with_what_it_learned_from_and_scores_at_once(teacher):
    centre()
    Evaluation.objects.update(queued_at=NOW)
    row = train()["warmth"]
    assert (row.labels, row.kappa, row.low, row.high, row.threshold) == (12, 0.6, 0.4, None, 0.5)
    assert (row.decided, row.accuracy, row.state, row.note) == (0.75, 0.9, "published", "")
    model = LearnedModel.objects.get()
    assert (model.number, model.published_at, bytes(model.data), model.encoder) == (1, NOW, b"model", "")
    assert model.metrics == {"decided": 0.75, "accuracy_decided": 0.9, "odd": None}
    cases = {case.conversation.key: (case.human, case.outcome, case.probability) for case in model.cases.all()}
    assert (cases["c-0"], cases["c-1"], cases["c-11"]) == (
        ("met", "met", 0.5),
        ("met", "not_met", 0.5),
        ("not_met", "", 0.5),
    )
    assert not Evaluation.objects.filter(queued_at__isnull=False).exists(), "put down again"
    entry = AuditEntry.objects.get(action="train")
    assert (entry.subject, entry.detail) == ("template:warm", {"warmth": {"model": 1, "labels": 12}})
    assert [keys for keys, _, _ in teacher.lessons] == [["warmth", "thanks"]]


def test_what_cannot_be_trained_says_why(teacher):
    centre()
    row = train()["thanks"]
    assert (row.labels, row.kappa, row.threshold, row.state) == (0, None, None, "untrained")
    assert row.note == "no labels; label some calls"
    assert len(teacher.lessons) == 1


def test_the_same_labels_and_words_are_not_learned_again(teacher):
    """Nor are new calls without labels a reason to; a new label is."""
    centre()
    first = train()["warmth"]
    take(call("c-99"))
    again = train(LATER)["warmth"]
    assert (again.kappa, again.state) == (first.kappa, "published")
    assert again.note == "the labels and their words are those of the training on 2026-05-11"
    assert LearnedModel.objects.count() == 1
    assert [keys for keys, _, _ in teacher.lessons] == [["warmth", "thanks"], ["thanks"]]
    label(answer("c-99", met=False))
    assert train(LATER)["warmth"].labels == 13


@pytest.mark.parametrize(
    "change",
    [
        lambda: label(answer("c-0", met=False, reviewed_at=LATER.isoformat())),
        lambda: take(said("c-0", "Whatever.", agent="a-0"), replace=True),
        lambda: publish(WARM.replace("question: Was", "window: {first_turns: 4}\n    question: Was")),
    ],
)
@pytest.mark.usefixtures("teacher")
def test_a_change_of_labels_words_or_definition_is_learned_as_a_candidate(change):
    centre()
    train()
    change()
    assert train(LATER)["warmth"].state == "candidate"
    assert [key.number for key in learned.keys_of(learned.current_models())] == [1]
    assert [key.number for key in learned.keys_of(learned.newest_models())] == [2]


@pytest.mark.usefixtures("teacher")
def test_another_way_of_learning_is_a_reason_to_learn_anew(monkeypatch):
    """After an upgrade the same labels teach another model, and a model of a format gone by is replaced."""
    centre()
    train()
    monkeypatch.setattr(material, "METHOD", "another")
    assert train(LATER)["warmth"].state == "candidate"


@pytest.mark.usefixtures("teacher")
def test_publishing_lets_the_newest_candidate_score():
    centre()
    train()
    for n in (20, 21):
        take(call(f"c-{n}"))
        label(answer(f"c-{n}", met=False))
        train(LATER)
    Evaluation.objects.update(queued_at=NOW)
    done = publish_now(viewer=OPERATOR, key="warm", now=LATER)
    assert (done.version.number, done.draft, done.models) == (1, False, ("warmth",))
    assert [key.number for key in learned.keys_of(learned.current_models())] == [3]
    assert not learned.candidates().exists()
    assert not Evaluation.objects.filter(queued_at__isnull=False).exists(), "put down again"
    assert AuditEntry.objects.filter(action="template.publish").latest("id").detail["models"] == ["warmth"]
    with pytest.raises(
        WrongStateError, match=r"no draft and no re-trained model that waits; .* `coachloop train warm`"
    ):
        publish_template(viewer=OPERATOR, key="warm", now=LATER)


@pytest.mark.usefixtures("teacher")
def test_one_publishing_takes_the_draft_and_the_candidates():
    centre()
    train()
    label(answer("c-0", met=False, reviewed_at=LATER.isoformat()))
    train(LATER)
    assert publish(WARM.replace("title: Warmth", "title: Warm words")).number == 2
    assert [key.number for key in learned.keys_of(learned.current_models())] == [2]


def test_audits_are_kept_back_and_the_most_considered_answer_counts(teacher):
    """The later of two labels; a pair that was ever audited is not learned from at all."""
    centre()
    later = {"reviewed_at": LATER.isoformat()}
    label(
        answer("c-0", met=False, **later),
        answer("c-1", met=False, sampling_probability=0.1),
        answer("c-1", met=True, **later),
    )
    assert (train()["warmth"].audits, train()["warmth"].labels) == (1, 11)
    answers = {one.conversation.id: one.answers["warmth"] for one in teacher.lessons[0][1] if one.answers}
    assert answers["c-0"].outcome == "not_met"
    assert "c-1" not in answers
    assert teacher.lessons[0][2] == []
    assert (answers["c-2"].outcome, answers["c-2"].turns) == ("met", (1,))


def test_groups_are_agents_else_customers_else_the_call_itself(teacher):
    publish(WARM)
    take(said("a", "x", agent="lea"), said("b", "x", agent=None, customer_id="k-1"), said("c", "x", agent=None))
    label(*(answer(key, met=True) for key in "abc"))
    train()
    assert [one.group for one in teacher.lessons[0][1]] == ["agent lea", "customer k-1", "conversation c"]


def test_evidence_of_words_that_were_replaced_is_forgotten(teacher):
    centre()
    take(said("c-0", "What a lovely day indeed.", agent="a-0"), replace=True, now=LATER)
    train(LATER)
    turns = {one.conversation.id: one.answers["warmth"].turns for one in teacher.lessons[0][1]}
    assert (turns["c-0"], turns["c-1"]) == ((), (1,))


def test_calls_without_words_or_of_another_kind_teach_nothing(teacher):
    centre()
    take({"id": "audio", "audio": "a.wav", "channel": "voice"}, said("mail", "Lovely.", channel="mail"))
    label(answer("audio", met=True, turns=[]), answer("mail", met=True))
    row = train()["warmth"]
    assert (row.labels, row.note) == (
        12,
        "2 more are about calls without a transcript or that the template does not fit",
    )
    assert {one.conversation.id for one in teacher.lessons[0][1]} == {f"c-{n}" for n in range(12)}


def test_other_calls_are_background_the_newest_first_in_line(teacher, monkeypatch):
    monkeypatch.setattr("coachloop.app.queries.training.BACKGROUND", 2)
    centre(2)
    take(*(said(f"b-{n}", "x", at=NOW - timedelta(days=n)) for n in range(4)), said("undated", "x", at=None))
    train()
    assert set(teacher.lessons[0][2]) == {"b-0", "b-1"}


def test_the_draws_follow_from_the_template(teacher):
    centre()
    train(behaviour="warmth")
    LearnedModel.objects.all().delete()
    train(behaviour="warmth")
    assert teacher.draws[0] == teacher.draws[1]
    assert [keys for keys, _, _ in teacher.lessons] == [["warmth"]] * 2


@pytest.mark.usefixtures("teacher")
def test_wrong_names_are_refused_with_the_way_out():
    centre()
    with pytest.raises(
        UnknownNameError, match=r"behaviour 'greets' of template 'warm' does not name `learned` .*: warmth, thanks"
    ):
        train(behaviour="greets")
    publish(WARM.replace("learned: {}", "timing: {talk_share: {min: 0.1}}").replace("key: warm\n", "key: cold\n"))
    with pytest.raises(UnknownNameError, match=r"no behaviour of template 'cold' names `learned` .*; add it there"):
        service.train_template(viewer=OPERATOR, key="cold", now=NOW)
    with pytest.raises(UnknownNameError, match="no template 'other'"):
        service.train_template(viewer=OPERATOR, key="other", now=NOW)


def test_a_call_that_is_deleted_meanwhile_ends_the_training(teacher, monkeypatch):
    centre()

    def delete_and_learn(*args, **more):
        Conversation.objects.filter(key="c-3").delete()
        return teacher(*args, **more)

    monkeypatch.setattr(service, "train", delete_and_learn)
    with pytest.raises(WrongStateError, match="deleted during the training; train again"):
        train()
    assert not LearnedModel.objects.exists()


@pytest.mark.usefixtures("teacher")
def test_a_deleted_call_takes_its_case_along():
    centre()
    train()
    Conversation.objects.get(key="c-3").delete()
    assert TrainingCase.objects.count() == 11


@pytest.mark.usefixtures("teacher")
def test_doctor_names_the_models_whose_embeddings_are_not_here():
    """They would be passed over in silence, and all they decided be scored anew without them."""
    centre()
    train()
    assert learned.models_finding(str).seen == "1 score"
    LearnedModel.objects.update(encoder="minilm-f16")
    assert learned.models_finding(lambda: "minilm-f16").ok
    found = learned.models_finding(lambda: "another")
    assert not found.ok
    assert found.seen.endswith("than are here: warm: warmth")
    assert "COACHLOOP_EMBEDDINGS" in found.way_out
