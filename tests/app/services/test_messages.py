"""The outbox: put once, sent once, whatever ends the worker and whenever."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from builders import NOW, person
from coachloop.app.models import Message
from coachloop.app.queries.outbox import messages_sent
from coachloop.app.services import messages
from coachloop.app.services.messages import AGAIN_AFTER, LEASE, Words, forget, put, send_waiting
from coachloop.core.model.letter import Letter, NotCarriedError, Ways

WORDS = Words("A subject", "Text", "<p>Text</p>")
INVITATION = Words("An invitation", "Text", calendar="BEGIN:VCALENDAR")


class Killed(BaseException):
    """The worker ends here."""


class Fake:
    """A carrier that keeps what it takes; `does` may refuse or die."""

    def __init__(self, does: Callable[[Letter], None] = lambda letter: None) -> None:  # noqa: ARG005 -- takes anything
        self.taken: list[Letter] = []
        self.does = does

    def carry(self, letter: Letter) -> None:
        """Take it, or not."""
        self.does(letter)
        self.taken.append(letter)


def refuse(*, again: bool) -> Callable[[Letter], None]:
    def does(letter: Letter) -> None:  # noqa: ARG001 -- as above
        raise NotCarriedError("busy", again=again)

    return does


def die(letter: Letter) -> None:  # noqa: ARG001 -- as above
    raise Killed


@pytest.fixture
def lea(db):  # noqa: ARG001 -- opens the database
    return person("Lea Rossi")


def put_one(user, words=WORDS, *, about="2026-05-04", way="mail"):
    return put(user, words, kind="daily", about=about, way=way, now=NOW)


def the_one() -> Message:
    return Message.objects.get()


def test_the_same_is_put_once_and_sent_once(lea):
    assert [put_one(lea), put_one(lea)] == [True, False]
    mail = Fake()
    assert send_waiting({"mail": mail}, now=NOW) == (messages.Run(sent=1))
    assert send_waiting({"mail": mail}, now=NOW + timedelta(days=1)) == messages.Run()
    assert not put_one(lea)
    assert [(one.email, one.subject) for one in mail.taken] == [("lea@example.org", "A subject")]
    assert the_one().sent_at == NOW


def test_each_way_and_each_subject_is_its_own_message(lea):
    put_one(lea), put_one(lea, way="chat"), put_one(lea, about="2026-05-05")
    assert Message.objects.count() == 3


def test_what_is_refused_is_tried_again_later_and_later_then_rests(lea):
    put_one(lea, INVITATION)
    mail, now = Fake(refuse(again=True)), NOW
    for wait in AGAIN_AFTER:
        assert send_waiting({"mail": mail}, now=now).failed == 1
        assert the_one().problem == "busy"
        assert send_waiting({"mail": mail}, now=now + wait - timedelta(seconds=1)).failed == 0
        now += wait
    assert send_waiting({"mail": mail}, now=now).failed == 1
    assert the_one().try_after is None
    assert (the_one().tries, the_one().sent_at) == (len(AGAIN_AFTER) + 1, None)


def test_what_will_never_be_taken_is_tried_once(lea):
    put_one(lea)
    assert send_waiting({"mail": Fake(refuse(again=False))}, now=NOW).failed == 1
    assert the_one().try_after is None


@pytest.mark.parametrize(("words", "twice"), [(WORDS, False), (INVITATION, True)])
def test_a_worker_that_dies_while_sending_sends_a_report_never_again_and_an_invitation_surely(lea, words, twice):
    """Nobody knows whether it arrived. A calendar knows an invitation by its number; a report twice is a nuisance."""
    put_one(lea, words)
    with pytest.raises(Killed):
        send_waiting({"mail": Fake(die)}, now=NOW)
    mail = Fake()
    assert send_waiting({"mail": mail}, now=NOW + LEASE - timedelta(seconds=1)) == messages.Run()
    send_waiting({"mail": mail}, now=NOW + LEASE)
    assert bool(mail.taken) == twice
    assert twice or the_one().problem.startswith("may have arrived")
    assert the_one().try_after is None


def test_what_somebody_else_claimed_meanwhile_is_left_to_them(lea):
    """Two workers see the same row; the second finds it taken."""
    put_one(lea)
    second = Fake()
    first = Fake(lambda letter: send_waiting({"mail": second}, now=NOW) and None)  # noqa: ARG005 -- as above
    stale = the_one()
    send_waiting({"mail": first}, now=NOW)
    assert not messages._claim(stale, NOW)
    assert (len(first.taken), len(second.taken)) == (1, 0)


def test_without_a_way_it_waits_and_doctor_says_so(lea):
    put_one(lea)
    assert send_waiting({}, now=NOW) == messages.Run()
    said = messages_sent(Ways())
    assert (said.ok, said.way_out) == (False, "set COACHLOOP_MAIL_URL")
    assert messages_sent(Ways(mail=True)).ok
    put_one(lea, way="gone")
    assert messages_sent(Ways(mail=True)).way_out == "name gone in COACHLOOP_NOTIFY"


def test_an_old_report_is_not_sent_any_more_and_an_old_invitation_is(lea):
    put_one(lea)
    put_one(lea, INVITATION, about="session:1")
    mail = Fake()
    send_waiting({"mail": mail}, now=NOW + timedelta(days=4))
    assert [one.subject for one in mail.taken] == ["An invitation"]
    said = messages_sent(Ways(mail=True))
    assert (said.ok, said.seen) == (False, "mail; 0 wait, 1 given up")
    assert "`problem`" in said.way_out


def test_what_waits_for_a_way_that_never_comes_rests_in_the_end(lea):
    """A report after three days, an invitation after two weeks; a way that comes later sends neither."""
    put_one(lea)
    put_one(lea, INVITATION, about="session:1")
    resting = Message.objects.filter(try_after__isnull=True)
    for days, count in ((2, 0), (4, 1), (13, 1), (15, 2)):
        forget(now=NOW + timedelta(days=days))
        assert resting.count() == count
    mail = Fake()
    send_waiting({"mail": mail}, now=NOW + timedelta(days=15))
    assert not mail.taken


def test_who_has_left_gets_nothing(lea):
    put_one(lea)
    lea.is_active = False
    lea.save()
    mail = Fake()
    send_waiting({"mail": mail}, now=NOW)
    assert (mail.taken, the_one().problem) == ([], "the person has left")


def test_words_are_forgotten_a_week_later_and_it_is_still_not_sent_again(lea):
    put_one(lea)
    send_waiting({"mail": Fake()}, now=NOW)
    assert [forget(now=NOW + timedelta(days=days)) for days in (6, 8, 9)] == [0, 1, 0]
    assert (the_one().text, the_one().html) == ("", "")
    assert not put_one(lea)


class Interrupted(TestCase):
    """Any order of runs, refusals and deaths."""

    @settings(max_examples=30)
    @given(fates=st.lists(st.sampled_from(["taken", "later", "never", "killed"]), max_size=8), gaps=st.integers(0, 600))
    def test_whatever_happens_a_report_arrives_at_most_once(self, fates, gaps):
        """What was handed over is never handed over again."""
        put_one(person("Lea Rossi"))
        handed, now = 0, NOW
        for fate in fates:
            mail = Fake(
                {"taken": lambda _: None, "later": refuse(again=True), "never": refuse(again=False), "killed": die}[
                    fate
                ]
            )
            try:
                send_waiting({"mail": mail}, now=now)
            except Killed:
                handed += 1  # it may have gone out before the worker died
            handed += len(mail.taken)
            now += timedelta(minutes=gaps)
        assert handed <= 1


def test_a_link_that_lets_somebody_in_is_kept_no_longer_than_it_takes_to_send_it(lea):
    """Other words rest for a week; a link that may still work does not."""
    put(lea, Words("Set your password", "the link"), kind="password", about="1", now=NOW)
    send_waiting({"mail": Fake(refuse(again=True))}, now=NOW)
    assert the_one().text == "the link"
    carrier = Fake()
    send_waiting({"mail": carrier}, now=NOW + AGAIN_AFTER[0])
    assert (carrier.taken[0].text, the_one().text, the_one().sent_at) == ("the link", "", NOW + AGAIN_AFTER[0])
    for about, now, does in (("2", NOW, refuse(again=False)), ("3", NOW + messages.TOO_OLD * 2, lambda _: None)):
        put(lea, Words("Set your password", "the link"), kind="password", about=about, now=NOW)
        send_waiting({"mail": Fake(does)}, now=now)
        assert Message.objects.get(about=about).text == ""
