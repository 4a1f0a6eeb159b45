import pytest

from builders import MANNERS, NOW, call, lines, publish, take
from coachloop.app.errors import NotYoursError, RefusedError, TakenError, UnknownNameError
from coachloop.app.models import (
    Agent,
    AuditEntry,
    Conversation,
    Evaluation,
    Grant,
    Programme,
    Review,
    Site,
    Team,
    Template,
    User,
    Valuation,
)
from coachloop.app.queries import viewing
from coachloop.app.queries.programmes import listed, of, operator, operators
from coachloop.app.queries.viewing import OPERATOR, viewer
from coachloop.app.services import imports, ingest, labels, templates, valuations
from coachloop.app.services.people_files import add_people
from coachloop.app.services.programmes import add_programme, rename_programme
from coachloop.core.model.people import Role
from coachloop.core.model.scores import scores

pytestmark = pytest.mark.usefixtures("site")


def person(name, *grants):
    user = User.objects.create(email=f"{name}@example.org", name=name, password="!")  # noqa: S106 -- nobody signs in with it
    Grant.objects.bulk_create(Grant(user=user, role=role, programme=programme) for role, programme in grants)
    return user


def divide(*keys):
    return [add_programme(viewer=OPERATOR, key=key, name=f"Client {key}", now=NOW)[0] for key in keys]


def bring(programme, *documents):
    return ingest.ingest(iter(lines(*documents)), viewer=operator(programme), now=NOW)


def refused(receipt):
    return [str(one.reason) for one in receipt.refused]


def test_the_first_takes_over_all_and_the_next_is_empty():
    """What anybody had before is the first one's; an admin keeps the installation."""
    publish(MANNERS)
    take(call("c-1"))
    valuations.set_value(viewer=OPERATOR, outcome="sold", value=2, hour=1, now=NOW)
    quinn, ada = person("quinn", (Role.QA_LEAD, None)), person("ada", (Role.ADMIN, None))
    first, second = divide("harbour", "energy")
    for model in (Team, Agent, Conversation, Template, Valuation):
        assert {row.programme_id for row in model.objects.all()} == {first.pk}, model
    assert viewer(quinn).programme_id == first.pk
    assert not viewer(quinn).keeps_all
    assert viewer(ada).keeps_all
    assert {one.pk for one in viewing.programmes(ada)} == {first.pk, second.pk}
    assert viewing.conversations(operator("energy")).count() == 0
    assert [(row.key, row.agents) for row in listed()] == [("energy", 0), ("harbour", 1)]
    assert list(AuditEntry.objects.filter(action="programme.add").values_list("subject", flat=True)) == [
        "programme:harbour",
        "programme:energy",
    ]


def test_an_admin_of_one_keeps_that_one_alone_whatever_else_they_hold_everywhere():
    """Some role in all programmes, as a directory's group gives it, makes no admin of all."""
    harbour, energy = divide("harbour", "energy")
    both = person("both", (Role.QA_LEAD, None), (Role.ADMIN, harbour))
    there = viewer(both, programme=harbour.pk)
    assert there.has(Role.ADMIN)
    assert not there.keeps_all
    with pytest.raises(NotYoursError):
        add_programme(viewer=there, key="third", name="Third", now=NOW)
    elsewhere = viewer(both, programme=energy.pk)
    assert elsewhere.roles == {Role.QA_LEAD}
    assert elsewhere.keeps_all
    assert viewer(person("ada", (Role.ADMIN, None), (Role.AGENT, harbour)), programme=harbour.pk).keeps_all


def test_the_same_again_takes_what_came_in_meanwhile_and_says_nothing_twice():
    """Only as long as it is alone."""
    (first,) = divide("harbour")
    Agent.objects.create(key="late", name="Late")
    assert viewing.agents(operator("harbour")).count() == 0
    assert add_programme(viewer=OPERATOR, key="harbour", name=" Client  harbour ", now=NOW) == (first, False)
    assert viewing.agents(operator("harbour")).count() == 1
    divide("energy")
    Agent.objects.create(key="later", name="Later")
    add_programme(viewer=OPERATOR, key="harbour", name="Client harbour", now=NOW)
    assert Agent.objects.get(key="later").programme is None
    assert AuditEntry.objects.filter(action="programme.add").count() == 2
    rename_programme(viewer=OPERATOR, key="harbour", name="Harbour Homes", now=NOW)
    assert Programme.objects.get(pk=first.pk).name == "Harbour Homes"


def test_refusals_say_the_way_out():
    """By the operator, or an admin of all of it."""
    quinn = viewer(person("quinn", (Role.QA_LEAD, None)))
    with pytest.raises(NotYoursError):
        add_programme(viewer=quinn, key="a", name="A", now=NOW)
    with pytest.raises(RefusedError, match="lower-case letters"):
        add_programme(viewer=OPERATOR, key="A b", name="A", now=NOW)
    with pytest.raises(RefusedError, match="1 to 200"):
        add_programme(viewer=OPERATOR, key="a", name="  ", now=NOW)
    with pytest.raises(RefusedError, match="leave out --programme x"):
        operator("x")
    assert operator() is OPERATOR
    assert of(OPERATOR) is None
    assert operators() == [OPERATOR]
    divide("a", "b")
    with pytest.raises(RefusedError, match="choose another key, or rename it"):
        add_programme(viewer=OPERATOR, key="a", name="Other", now=NOW)
    with pytest.raises(UnknownNameError, match="programme list"):
        rename_programme(viewer=OPERATOR, key="c", name="C", now=NOW)
    with pytest.raises(RefusedError, match="name one of them with --programme: a, b"):
        take(call("c-1"))
    with pytest.raises(RefusedError, match="there is no programme 'c'"):
        operator("c")
    nobody = viewer(person("nobody"))
    assert nobody.programme_id == 0
    with pytest.raises(RefusedError):
        of(nobody)


def test_a_line_that_names_what_is_another_ones_is_refused_and_the_rest_goes_on():
    """It says that the id is taken, and no more."""
    divide("harbour", "energy")
    assert bring("harbour", call("c-1")).accepted == 1
    receipt = bring(
        "energy",
        call("c-1", agent="eva", team="east"),
        call("c-2", agent="lea", team="east"),
        call("c-3", agent="eva", team=" north "),
        call("c-4", agent="eva", team="east"),
    )
    assert receipt.accepted == 1
    assert refused(receipt) == [
        "the conversation id 'c-1' is taken; choose another one",
        "the agent id 'lea' is taken; choose another one",
        "the team id ' north ' is taken; choose another one",
    ]
    assert Conversation.objects.get(key="c-4").programme.key == "energy"
    assert {row.key for row in viewing.agents(operator("energy"))} == {"eva"}


def test_a_template_scores_calls_of_its_own_programme():
    """Whether it is published before they come in or after; its key is taken for everybody else."""
    divide("harbour", "energy")
    templates.add_template(viewer=operator("harbour"), text=MANNERS, now=NOW)
    with pytest.raises(TakenError, match="the template id 'manners' is taken"):
        templates.add_template(viewer=operator("energy"), text=MANNERS, now=NOW)
    bring("energy", call("c-1", agent="eva", team="east"))
    bring("harbour", call("c-2"))
    templates.publish_template(viewer=operator("harbour"), key="manners", now=NOW)
    bring("energy", call("c-3", agent="eva", team="east"))
    bring("harbour", call("c-4"))
    assert set(Evaluation.objects.values_list("conversation__key", flat=True)) == {"c-2", "c-4"}
    with pytest.raises(UnknownNameError, match="no template 'manners'; there are: none yet"):
        templates.publish_template(viewer=operator("energy"), key="manners", now=NOW)


def test_scores_labels_and_people_stay_in_their_programme():
    """Each has a template of its own for another tool's scores."""
    divide("harbour", "energy")
    row = {"call_id": "c-1", "agent_id": "lea", "team": "north", "started_at": "2026-05-04T09:00:00",
           "behaviour": "greets_politely", "verdict": "met"}  # fmt: skip

    def score(programme, **more):
        (line,) = lines(row | more)
        found = scores([line], zone=NOW.tzinfo)
        return imports.import_scores(found, viewer=operator(programme), now=NOW)

    assert score("harbour").accepted == 1
    assert refused(score("energy")) == ["the conversation id 'c-1' is taken; choose another one"]
    assert refused(score("energy", call_id="c-2")) == ["the agent id 'lea' is taken; choose another one"]
    assert score("energy", call_id="c-2", agent_id="eva", team="east").accepted == 1
    assert {(one.key, one.programme.key) for one in Template.objects.all()} == {
        ("imported", "harbour"),
        ("imported-energy", "energy"),
    }
    label = {"conversation_id": "c-1", "behaviour": "greets_politely", "verdict": "met"}
    assert refused(labels.add_labels(lines(label), viewer=operator("energy"), now=NOW)) == [
        "no conversation 'c-1'; ingest it first"
    ]
    assert labels.add_labels(lines(label), viewer=operator("harbour"), now=NOW).accepted == 1
    assert Review.objects.get().behaviour.template.key == "imported"
    who = {"name": "Ben", "email": "ben@example.org", "role": "team_leader", "team": "north"}
    assert refused(add_people(lines(who), viewer=operator("energy"), now=NOW)) == [
        "the team id 'north' is taken; choose another one"
    ]
    assert not Grant.objects.filter(user__email="ben@example.org").exists()


def test_somebody_in_two_holds_in_each_what_they_hold_there():
    """One at a time; what is none of theirs falls back to their first."""
    first, second = divide("harbour", "energy")
    zoe = person("zoe", (Role.TEAM_LEADER, first), (Role.QA_LEAD, second))
    team = Team.objects.create(key="north", name="North", site=Site.objects.get(), programme=first, leader=zoe)
    assert [(one.programme_id, one.roles) for one in viewing.viewers(zoe)] == [
        (second.pk, {Role.QA_LEAD}),
        (first.pk, {Role.TEAM_LEADER}),
    ]
    assert viewer(zoe, programme=first.pk).team_ids == {team.pk}
    assert viewer(zoe, programme=second.pk).team_ids == set()
    assert viewer(zoe, programme=77).programme_id == second.pk
    quinn = person("quinn", (Role.QA_LEAD, first))
    assert viewer(quinn, programme=second.pk).programme_id == first.pk
    assert {one.name for one in viewing.people(operator("energy"), *Role)} == {"zoe"}
