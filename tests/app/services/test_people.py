from datetime import UTC, datetime

import pytest

from builders import NOW, lines, reasons
from coachloop.app.errors import RefusedError, UnknownNameError
from coachloop.app.models import Agent, AuditEntry, Grant, Site, Team, User
from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.services.people import Place, move_site, set_password, set_up_site
from coachloop.app.services.people_files import add_people
from coachloop.core.model.receipt import Refusal

ADA = {"name": "Ada Lindholm", "email": "ada@example.org", "role": "team_leader", "team": "north"}
LEA = {"name": "Lea Rossi", "email": "lea@example.org", "role": "agent", "team": "north", "agent_id": "lea"}

WORDS = "correct horse battery"


def add(*documents):
    return add_people(lines(*documents), viewer=OPERATOR, now=NOW)


@pytest.fixture(autouse=True)
def quick(settings):
    """Slow hashing is Django's to try."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def counts(receipt):
    return receipt.received, receipt.accepted, receipt.duplicates, len(receipt.refused)


@pytest.mark.django_db
def test_a_site_is_set_up_once():
    """The second time it is left as it is, whatever is asked for."""
    first = set_up_site(viewer=OPERATOR, name="Berlin", place=Place("Europe/Berlin", "DE"), now=NOW)
    again = set_up_site(viewer=OPERATOR, name="Paris", place=Place("Europe/Paris", "FR"), now=NOW)
    assert first == again
    assert (Site.objects.get().name, Site.objects.get().country) == ("Berlin", "DE")
    assert AuditEntry.objects.filter(action="site.create").count() == 1


@pytest.mark.usefixtures("site")
def test_a_site_moves_and_a_region_goes_with_its_country():
    """Munich keeps Bavaria's holidays; in London they mean nothing."""
    munich = move_site(viewer=OPERATOR, place=Place(region="BY"), now=NOW)
    assert (munich.timezone, munich.country, munich.subdivision) == ("Europe/Berlin", "DE", "BY")
    london = move_site(viewer=OPERATOR, place=Place("Europe/London", "GB"), now=NOW)
    assert (london.timezone, london.country, london.subdivision) == ("Europe/London", "GB", "")
    assert AuditEntry.objects.filter(action="site.move").count() == 2


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize(
    ("place", "words"),
    [
        (Place("Mars/Olympus"), "'Mars/Olympus' is no IANA zone"),
        (Place(country="XX"), "no public holidays are known of XX"),
        (Place(region="XX"), "known of DE, region XX; DE has BB, BE"),
    ],
)
def test_a_place_that_nobody_knows_is_refused(place, words):
    with pytest.raises(RefusedError, match=words):
        move_site(viewer=OPERATOR, place=place, now=NOW)
    assert (Site.objects.get().timezone, Site.objects.get().country) == ("Europe/Berlin", "DE")


def test_a_region_without_a_country_is_refused(site):
    Site.objects.update(country="")
    with pytest.raises(RefusedError, match="the region 'BY' needs its country"):
        move_site(viewer=OPERATOR, place=Place(region="BY"), now=NOW)
    assert site.pk == Site.objects.get().pk


@pytest.mark.usefixtures("site")
def test_people_come_with_their_role_team_and_agent():
    assert counts(add(ADA, LEA)) == (2, 2, 0, 0)
    assert Team.objects.get().leader.name == "Ada Lindholm"
    agent = Agent.objects.get()
    assert (agent.user.email, agent.team.key, agent.name) == ("lea@example.org", "north", "Lea Rossi")
    assert not any(user.has_usable_password() for user in User.objects.all())
    assert AuditEntry.objects.get(action="people.add").detail == {"accepted": 2}


@pytest.mark.django_db
def test_a_team_that_comes_before_any_site_makes_one():
    add(ADA)
    assert Team.objects.get().site == Site.objects.get()


@pytest.mark.usefixtures("site")
def test_twice_is_once_and_a_new_role_is_added():
    add(ADA, LEA)
    assert counts(add(ADA, LEA, {**ADA, "role": "qa_lead"})) == (3, 1, 2, 0)
    assert Grant.objects.filter(user__email="ada@example.org").count() == 2
    assert User.objects.count() == 2


@pytest.mark.usefixtures("site")
def test_a_password_survives_being_added_again():
    add(ADA)
    set_password(viewer=OPERATOR, email=ADA["email"], password=WORDS, now=NOW)
    add(ADA)
    assert User.objects.get().check_password(WORDS)


@pytest.mark.usefixtures("site")
def test_a_team_keeps_its_leader_and_an_agent_their_team():
    add(ADA, LEA, {**ADA, "name": "Ben", "email": "ben@example.org"}, {**LEA, "team": "south"})
    assert Team.objects.get(key="north").leader.name == "Ada Lindholm"
    assert Agent.objects.get().team.key == "north"


@pytest.mark.usefixtures("site")
def test_one_person_is_one_agent_and_one_agent_one_person():
    """A second id for somebody, or a second person for an id, is refused; nothing of it is stored."""
    receipt = add(LEA, {**LEA, "agent_id": "lea-2"}, {**LEA, "name": "Tom", "email": "tom@example.org"}, ADA)
    assert counts(receipt) == (4, 2, 0, 2)
    assert list(reasons(receipt)) == [
        "lea@example.org is agent 'lea' already",
        "agent 'lea' is lea@example.org already",
    ]
    assert list(Agent.objects.values_list("key", "user__email")) == [("lea", "lea@example.org")]
    assert not User.objects.filter(email="tom@example.org").exists()


@pytest.mark.usefixtures("site")
def test_wrong_rows_are_refused_and_the_rest_goes_on():
    receipt = add_people(
        [Refusal("p.csv", 2, "not CSV"), *lines({**ADA, "role": "boss"}, {**ADA, "email": "ada"}, b"{", {"name": "Ola", "email": "ola@x.org", "role": "operations"})],
        viewer=OPERATOR, now=NOW,
    )  # fmt: skip
    assert counts(receipt) == (5, 1, 0, 4)
    assert User.objects.get().name == "Ola"


@pytest.mark.usefixtures("site")
def test_a_password_is_for_somebody_known():
    with pytest.raises(UnknownNameError, match=r"nobody has the address 'x@example\.org'"):
        set_password(viewer=OPERATOR, email="x@example.org", password=WORDS, now=NOW)
    add(ADA)
    set_password(viewer=OPERATOR, email=ADA["email"], password=WORDS, now=NOW)
    entry = AuditEntry.objects.get(action="person.password")
    assert entry.at == datetime(2026, 5, 11, 9, 0, tzinfo=UTC)
    assert "horse" not in str(entry.detail)


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize(("password", "said"), [("short", "at least 12 characters"), ("ingodwetrust", "too common")])
def test_a_password_that_is_easy_to_guess_is_refused(password, said):
    add(ADA)
    with pytest.raises(RefusedError, match=said):
        set_password(viewer=OPERATOR, email=ADA["email"], password=password, now=NOW)
    assert not User.objects.get().has_usable_password()
