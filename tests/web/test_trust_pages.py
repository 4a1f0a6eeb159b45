"""Trust, how we score, and the site's settings: for everybody, with the calls for those who may see them."""

import json
from datetime import timedelta

import pytest
from django.test import Client

from coachloop.app.models import Assignment, AuditEntry, Conversation, Figures, Review, Site, Template, Verdict
from coachloop.app.queries import trust_page
from coachloop.app.queries.viewing import OPERATOR, viewer
from coachloop.app.services import labels
from coachloop.app.services import trust as trust_service
from coachloop.core.model.receipt import Line
from web.cast import Cast

pytestmark = pytest.mark.django_db
AT = "/trust/discovery"


@pytest.fixture
def audited(cast: Cast, client: Client) -> Client:
    """Every call answered about open questions by somebody who always says met; the QA lead is at the page."""
    scored = Verdict.objects.filter(behaviour__key="open_questions", attempt__current_for__isnull=False)
    keys = scored.values_list("attempt__evaluation__conversation__key", flat=True)
    answers = [
        {"conversation_id": key, "behaviour": "open_questions", "template": "discovery", "verdict": "met",
         "reviewer": "rae", "sampling_probability": 0.5}
        for key in sorted(keys)
    ]  # fmt: skip
    lines = [Line("audit.jsonl", at, json.dumps(one).encode()) for at, one in enumerate(answers, 1)]
    labels.add_labels(lines, viewer=OPERATOR, now=cast.now)
    client.force_login(cast.qa_lead)
    return client


def counted(client: Client) -> dict[str, int]:
    """How many calls the page shows by what the machine says, where people say met."""
    row = next(row for row in client.get(AT).context["view"].rows if row.behaviour == "open_questions")
    return {said: counts["met"] for said, counts in row.confusion.items()}


def test_numbers_lead_to_the_calls_behind_them_for_those_who_may_see_them(cast: Cast, audited: Client) -> None:
    many = counted(audited)
    assert sum(many.values()) > 5
    said = max(("met", "not_met"), key=lambda one: many[one])
    address = f"{AT}/calls?behaviour=open_questions&said={said}&true=met"
    page = audited.get(AT).content.decode()
    assert f'href="{address.replace("&", "&amp;")}"' in page
    assert "What to do next" in page
    listed = audited.get(address).context["page"]
    assert listed.total == many[said]
    looked = AuditEntry.objects.filter(action="conversation.look", actor=cast.qa_lead)
    assert {entry.subject for entry in looked} >= {f"conversation:{row.key}" for row in listed.rows}
    audited.force_login(cast.agent)
    own = audited.get(address).context["page"]
    assert {row.agent_name for row in own.rows} <= {"Lea Rossi"}
    assert own.total < many[said]
    audited.force_login(cast.operations)
    assert "/calls?" not in audited.get(AT).content.decode()
    assert audited.get(f"{AT}/calls?behaviour=open_questions&said=met&true=none").status_code == 403


def test_what_somebody_answers_blind_is_in_no_number_they_see(cast: Cast, audited: Client) -> None:
    """Neither in the table nor in the list; for everybody else it counts."""
    before = counted(audited)
    hidden = Verdict.objects.filter(behaviour__key="open_questions", outcome="met", attempt__current_for__isnull=False)[
        0
    ].attempt.evaluation.conversation
    Assignment.objects.create(
        conversation=hidden, template=Template.objects.get(key="discovery"), asked=[], reviewer=cast.qa_lead,
        kind="adjudication", assigned_at=cast.now, due_on=cast.now.date(),
    )  # fmt: skip
    assert counted(audited)["met"] == before["met"] - 1
    assert "left out of what you see" in audited.get(AT).content.decode()
    listed = audited.get(f"{AT}/calls?behaviour=open_questions&said=met&true=met").context["page"]
    assert hidden.key not in {row.key for row in listed.rows}
    audited.force_login(cast.leader)
    assert counted(audited) == before


@pytest.mark.parametrize("many", ["MANY", "MANY_CALLS"])
def test_a_page_does_not_wait_where_answers_or_calls_are_many(
    cast: Cast, audited: Client, monkeypatch: pytest.MonkeyPatch, *, many: str
) -> None:
    """The last figures do until the worker has been; only what must be hidden is worked out at once."""
    before = counted(audited)
    monkeypatch.setattr(trust_service, many, 1)
    hidden = Review.objects.filter(behaviour__key="open_questions").earliest("pk")
    Review.objects.bulk_create(
        [Review(behaviour=hidden.behaviour, conversation=hidden.conversation, kind="audit", rank=3, outcome="not_met",
                reviewed_at=cast.now, reviewer_name="zoe", sampling_probability=0.5, fingerprint="one more")]
    )  # fmt: skip
    assert counted(audited) == before
    Assignment.objects.create(
        conversation=hidden.conversation, template=Template.objects.get(key="discovery"), asked=[], reviewer=cast.qa_lead,
        kind="adjudication", assigned_at=cast.now, due_on=cast.now.date(),
    )  # fmt: skip
    assert sum(counted(audited).values()) == sum(before.values()) - 1
    Assignment.objects.all().delete()
    assert counted(audited) == before, "answered, they see what everybody sees"
    assert trust_service.refresh_trust(now=cast.now + timedelta(days=1)) > 0
    assert not Figures.objects.filter(kind__startswith="own:").exists()
    assert counted(audited) != before


def test_figures_are_kept_until_an_answer_comes(cast: Cast, audited: Client) -> None:
    first = audited.get(AT).context["view"].worked_out_at
    assert audited.get(AT).context["view"].worked_out_at == first
    review = Review.objects.filter(behaviour__key="open_questions")[0]
    answer = {"conversation_id": review.conversation.key, "behaviour": "open_questions", "template": "discovery"}
    again = json.dumps({**answer, "verdict": "not_met", "reviewer": "sam"}).encode()
    labels.add_labels([Line("more.jsonl", 1, again)], viewer=OPERATOR, now=cast.now + timedelta(hours=1))
    assert audited.get(AT).context["view"].worked_out_at > first


def test_a_page_costs_few_queries(audited: Client, django_assert_max_num_queries: object) -> None:
    audited.get(AT)
    with django_assert_max_num_queries(22):  # type: ignore[operator]
        audited.get(AT)


def test_nonsense_is_not_there(cast: Cast, audited: Client) -> None:
    for path in (
        "/trust/none-such",
        f"{AT}/calls?behaviour=none&said=met&true=met",
        f"{AT}/calls?said=odd",
        f"{AT}/calls",
    ):
        assert audited.get(path).status_code == 404
    audited.force_login(cast.agent)
    audited.get(AT)
    listed = audited.get("/trust").content.decode()
    assert "/trust/discovery" in listed
    assert "of 3" in listed
    assert "<svg" in audited.get(f"{AT}/chart.svg?theme=dark&size=narrow").content.decode()


def test_how_we_score_is_filled_from_what_runs_and_is_measured(cast: Cast, audited: Client) -> None:
    audited.get(AT)
    Site.objects.update(dispute_days=7)
    audited.force_login(cast.agent)
    page = audited.get("/how-we-score").content.decode()
    for said in (
        "within 7 working days",
        "No emotion",
        "checked calls",
        "Discovery, version 1",
        "kept until somebody deletes",
    ):
        assert said in page
    assert not any(key in page for key in Conversation.objects.values_list("key", flat=True))


def sent(**change: object) -> dict[str, object]:
    """The form, valid unless changed."""
    pk = Site.objects.get().pk
    whole = {
        "working_days": ["1", "2", "3", "4"],
        "session_minutes": 20,
        "developmental_weeks": 4,
        "dispute_days": 8,
        "decide_days": 3,
    }
    return {f"site-{pk}-{name}": value for name, value in (whole | change).items()}


def test_a_site_is_changed_with_a_line_in_the_log(cast: Cast, client: Client) -> None:
    client.force_login(cast.operations)
    site = Site.objects.get()
    assert client.post(f"/site/{site.pk}", sent()).status_code == 302
    site.refresh_from_db()
    assert (site.working_days, site.session_minutes, site.developmental_weeks) == ("1234", 20, 4)
    assert (site.dispute_days, site.decide_days) == (8, 3)
    entry = AuditEntry.objects.get(action="site.change")
    assert entry.detail["dispute_days"] == [10, 8]
    assert entry.actor == cast.operations
    client.post(f"/site/{site.pk}", sent())
    assert AuditEntry.objects.filter(action="site.change").count() == 1, "nothing changed the second time"
    assert client.post("/site/999", sent()).status_code in {404, 422}


WRONG = [
    ({"working_days": []}, "Choose at least one day."),
    ({"dispute_days": 0}, "greater than or equal to 1"),
    ({"decide_days": 31}, "less than or equal to 30"),
    ({"session_minutes": ""}, "required"),
]


@pytest.mark.parametrize("case", WRONG, ids=[next(iter(wrong)) for wrong, _ in WRONG])
def test_what_no_site_can_be_is_refused_at_the_field(
    cast: Cast, client: Client, case: tuple[dict[str, object], str]
) -> None:
    client.force_login(cast.admin)
    answer = client.post(f"/site/{Site.objects.get().pk}", sent(**case[0]))
    assert answer.status_code == 422
    assert case[1] in answer.content.decode()


def test_everybody_has_the_same_page_who_answers_nothing(cast: Cast, audited: Client) -> None:
    audited.get(AT)
    seen = [trust_page.trusted(viewer(who), "discovery") for who in (cast.agent, cast.leader, cast.admin)]
    assert seen[0] == seen[1] == seen[2]
    assert trust_page.trusted(OPERATOR, "none-such") is None
