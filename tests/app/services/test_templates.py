from datetime import timedelta

import pytest

from builders import MANNERS, NOW, call, publish, score, take
from coachloop.app.errors import TemplateRefusedError, UnknownNameError, WrongStateError
from coachloop.app.models import AuditEntry, Behaviour, Evaluation, Template, TemplateVersion, Verdict
from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.services.templates import add_template, check_template, publish_template

pytestmark = pytest.mark.usefixtures("site")

WARMER = MANNERS.replace("good morning]", "good morning, hello]")


def add(text, now=NOW):
    return add_template(viewer=OPERATOR, text=text, now=now)


def test_a_text_is_kept_as_a_draft():
    added = add(MANNERS)
    assert added.new
    assert (added.version.number, added.version.published_at, added.version.text) == (1, None, MANNERS)
    assert not Behaviour.objects.exists()
    assert Template.objects.get().current is None


def test_the_same_text_again_changes_nothing():
    first = add(MANNERS)
    again = add(MANNERS, NOW + timedelta(1))
    assert (again.new, again.version) == (False, first.version)
    assert AuditEntry.objects.filter(action="template.add").count() == 1


def test_a_changed_text_replaces_the_draft_and_follows_what_is_published():
    first = add(MANNERS).version
    assert add(WARMER).version == first
    publish_template(viewer=OPERATOR, key="manners", now=NOW)
    second = add(MANNERS).version
    assert (second.number, TemplateVersion.objects.count()) == (2, 2)


def test_a_wrong_text_is_refused_with_every_mistake():
    wrong = "key: x\ntitle: X\nbehaviours:\n  - {key: a, title: A, target: 3, score_with: [{phrase: {any: [x]}}]}\n"
    with pytest.raises(TemplateRefusedError) as caught:
        add(wrong)
    said = str(caught.value).splitlines()
    assert len(said) >= 3
    assert all(line.startswith("line 4, column ") for line in said)
    assert not Template.objects.exists()
    with pytest.raises(TemplateRefusedError):
        check_template("[")


def test_publishing_freezes_and_names_the_behaviours():
    version = publish()
    assert version.published_at == NOW
    assert Template.objects.get().current == version
    rows = Behaviour.objects.order_by("position")
    assert [(b.key, b.target, b.weight, b.retired) for b in rows] == [
        ("greets", 0.8, 2, False), ("value_first", 0.7, 1, False), ("warmth", None, 1, False),
    ]  # fmt: skip
    assert rows[0].good.startswith("Good morning")
    with pytest.raises(WrongStateError, match="has no draft"):
        publish_template(viewer=OPERATOR, key="manners", now=NOW)
    with pytest.raises(UnknownNameError, match="no template 'other'; there are: manners"):
        publish_template(viewer=OPERATOR, key="other", now=NOW)


def test_a_behaviour_keeps_its_identity_across_versions():
    """What is gone is retired and its verdicts stay; what comes back is the same row again."""
    publish()
    take(call("c-1"))
    score()
    ids = dict(Behaviour.objects.values_list("key", "id"))
    shorter = WARMER[: WARMER.index("  - key: warmth")].replace("title: Greets", "title: Greets warmly")
    publish(shorter)
    assert dict(Behaviour.objects.values_list("key", "id")) == ids
    assert Behaviour.objects.get(key="greets").title == "Greets warmly"
    assert Behaviour.objects.get(key="warmth").retired
    assert Verdict.objects.filter(behaviour__key="warmth").exists()
    publish(MANNERS.replace("Was the agent warm?", "Was the agent warm at all?"))
    assert not Behaviour.objects.get(key="warmth").retired


def test_publishing_puts_down_every_call_it_fits():
    take(call("c-1"), call("c-2"), call("c-3", channel="chat"), {"id": "c-4", "audio": "x.wav", "channel": "voice"})
    publish()
    assert sorted(Evaluation.objects.values_list("conversation__key", "state")) == [
        ("c-1", "pending"),
        ("c-2", "pending"),
    ]


def test_publishing_again_puts_down_again_and_verdicts_stand_meanwhile():
    take(call("c-1"))
    publish()
    score()
    publish(WARMER)
    row = Evaluation.objects.get()
    assert row.state == "pending"
    assert row.attempt.scoring.version.number == 1
    score()
    row.refresh_from_db()
    assert (row.state, row.attempt.scoring.version.number) == ("done", 2)


def test_a_narrower_version_does_not_score_what_it_does_not_fit():
    """What the older version found out about other calls stays as it is."""
    take(call("c-1", queue="sales"), call("c-2", queue="service"))
    publish()
    score()
    publish(MANNERS.replace("{channel: [voice]}", "{channel: [voice], queue: [sales]}"))
    score()
    versions = Evaluation.objects.values_list("conversation__key", "attempt__scoring__version__number", "state")
    assert sorted(versions) == [("c-1", 2, "done"), ("c-2", 1, "done")]


def test_a_call_that_moves_out_of_a_templates_reach_no_longer_waits_for_it():
    """Nor does one that waited for an older, wider version."""
    publish()
    take(call("c-1"), call("c-2"))
    take(call("c-1", channel="chat"), replace=True)
    assert score().evaluations == 1
    publish(MANNERS.replace("{channel: [voice]}", "{channel: [mail]}"))
    assert score(everything=True).evaluations == 0


def test_scores_from_outside_put_nothing_down():
    """A template whose scorers read no transcript waits for nobody."""
    take(call("c-1"))
    publish("key: x\ntitle: X\nbehaviours:\n  - {key: a, title: A, question: A?, score_with: [{imported: {}}]}\n")
    assert not Evaluation.objects.exists()


def test_one_audit_row_a_command():
    publish()
    assert list(AuditEntry.objects.order_by("id").values_list("action", "subject")) == [
        ("template.add", "template:manners@1"),
        ("template.publish", "template:manners@1"),
    ]
