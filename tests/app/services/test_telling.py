import base64
import hashlib
import hmac
import json
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from builders import NOW
from coachloop.adapters.webhooks import signature
from coachloop.app.errors import NotYoursError, RefusedError, WrongStateError
from coachloop.app.models import AuditEntry, Delivery, Programme, Webhook
from coachloop.app.queries import webhooks as queries
from coachloop.app.services import events, telling, webhooks
from coachloop.core.model.event import Answer, EventKind

pytestmark = pytest.mark.django_db(transaction=True)
HEARD = Answer(204)
BROKEN = Answer(500, "the answer was 500.")


class Receiver:
    """Addresses that answer as they are told to, and a clock."""

    def __init__(self):
        self.now, self.got, self.answers = NOW, [], {}

    def __call__(self, address, body, *, key, at, secrets):
        self.got.append((address, key, json.loads(body), [signature(body, key=key, at=at, secret=s) for s in secrets]))
        answer = self.answers.get(address, HEARD)
        return answer(key) if callable(answer) else answer

    def keys(self, address="https://a.example/hook"):
        return [key for where, key, *_ in self.got if where == address]

    def run(self, after=timedelta()):
        self.now += after
        events.number_new()
        return telling.tell_waiting(telling.Letterbox(self, lambda: self.now, np.random.default_rng(1)))


@pytest.fixture
def receiver():
    return Receiver()


def add(cast, address="https://a.example/hook", kinds=(), **more):
    return webhooks.add_webhook(viewer=cast.admin, address=address, kinds=kinds, check=str, now=NOW, **more)


def happen(count=1, kind=EventKind.ALERT_RAISED, programme=None):
    events.put_all(kind, ((f"drift:{n}", programme, {"alert": n}) for n in range(count)), now=NOW)


def shown(cast, hook):
    return [(one.number, one.state, one.tries) for one in queries.deliveries(cast.admin, hook.pk)]


def test_each_event_goes_once_in_order_signed(cast, receiver):
    hook, secret = add(cast)
    happen(3)
    assert receiver.run() == telling.Run(arrived=3)
    assert receiver.run() == telling.Run()
    assert receiver.keys() == ["evt_1", "evt_2", "evt_3"]
    _, key, body, [signed] = receiver.got[0]
    assert (body["type"], body["number"], body["subject"], body["data"]) == ("alert.raised", 1, "drift:0", {"alert": 0})
    raw = json.dumps(body).encode()
    known = hmac.new(
        base64.b64decode(secret.removeprefix("whsec_")), f"{key}.{int(NOW.timestamp())}.".encode() + raw, hashlib.sha256
    )
    assert signed == "v1," + base64.b64encode(known.digest()).decode()
    assert shown(cast, hook)[0] == (3, "arrived", 1)


def test_what_happened_before_is_not_told_unless_asked_for(cast, receiver):
    happen(2)
    events.number_new()
    add(cast)
    add(cast, "https://b.example/hook", after=0)
    receiver.run()
    assert (receiver.keys(), receiver.keys("https://b.example/hook")) == ([], ["evt_1", "evt_2"])


def test_kinds_and_programmes_narrow_what_is_told(cast, receiver):
    ours, theirs = (Programme.objects.create(key=key, name=key, created_at=NOW) for key in ("ours", "theirs"))
    hook, _ = add(cast, kinds=[EventKind.SESSION_HELD])
    Webhook.objects.filter(pk=hook.pk).update(programme=ours)
    happen(programme=ours.pk)
    happen(programme=theirs.pk, kind=EventKind.SESSION_HELD)
    happen(programme=ours.pk, kind=EventKind.SESSION_HELD)
    receiver.run()
    assert receiver.keys() == ["evt_3"]
    hook.refresh_from_db()
    assert hook.after == 3


def test_a_failure_is_tried_again_later_and_later_then_given_up(cast, receiver):
    hook, _ = add(cast)
    receiver.answers["https://a.example/hook"] = BROKEN
    happen()
    tries, waits = 0, []
    while (row := Delivery.objects.first()) is None or row.try_after:
        tries += receiver.run(timedelta(hours=tries and 30)).failed
        row = Delivery.objects.get()
        waits += [row.try_after - receiver.now] if row.try_after else []
    assert tries == 10
    assert waits == sorted(waits)
    [seen] = queries.deliveries(cast.admin, hook.pk)
    assert (seen.state, seen.status, seen.problem) == ("given_up", 500, "the answer was 500.")
    assert set(receiver.keys()) == {"evt_1"}
    receiver.answers.clear()
    assert webhooks.replay(viewer=cast.admin, webhook_id=hook.pk, now=receiver.now) == 1
    assert receiver.run() == telling.Run(arrived=1)


def test_one_that_fails_keeps_no_other_waiting_and_rests(cast, receiver):
    add(cast)
    add(cast, "https://b.example/hook")
    receiver.answers["https://a.example/hook"] = BROKEN
    happen(5)
    assert receiver.run() == telling.Run(arrived=5, failed=1)
    assert receiver.run() == telling.Run(), "it rests"
    assert receiver.run(timedelta(seconds=6)).failed == 1
    assert receiver.keys() == ["evt_1", "evt_2"]


def test_an_event_that_is_refused_does_not_hold_up_those_behind_it(cast, receiver):
    add(cast)
    receiver.answers["https://a.example/hook"] = lambda key: BROKEN if key == "evt_1" else HEARD
    happen(3)
    receiver.run()
    receiver.run(timedelta(seconds=6))
    assert receiver.keys() == ["evt_1", "evt_2", "evt_3"]
    receiver.answers.clear()
    receiver.run(timedelta(seconds=60))
    assert receiver.keys()[-1] == "evt_1"


def test_killed_in_between_it_goes_again_with_the_same_id(cast, receiver):
    add(cast)
    happen(2)

    def killed(key):
        raise SystemExit(key)

    receiver.answers["https://a.example/hook"] = killed
    with pytest.raises(SystemExit):
        receiver.run()
    receiver.answers.clear()
    assert receiver.run() == telling.Run(), "the dead one has it still"
    assert receiver.run(timedelta(minutes=3)) == telling.Run(arrived=2)
    assert receiver.keys() == ["evt_1", "evt_1", "evt_2"]


def test_an_address_that_says_gone_is_told_no_more(cast, receiver):
    hook, _ = add(cast)
    receiver.answers["https://a.example/hook"] = Answer(410, "the answer was 410.", gone=True)
    happen()
    receiver.run()
    hook.refresh_from_db()
    assert hook.switched_off_at is not None


def test_one_that_was_away_for_long_gets_everything(cast, receiver, monkeypatch):
    """Only so many wait with it; the others wait among the events."""
    monkeypatch.setattr(telling, "MOST_WAITING", 10)
    monkeypatch.setattr(telling, "AT_ONCE", 4)
    add(cast)
    receiver.answers["https://a.example/hook"] = BROKEN
    happen(25)
    receiver.run()
    assert Delivery.objects.count() == 10
    receiver.answers.clear()
    for _ in range(12):
        receiver.run(timedelta(seconds=20))
    assert Counter(receiver.keys()) == {"evt_1": 2, **{f"evt_{n}": 1 for n in range(2, 26)}}


def test_replay_from_a_number_tells_all_from_there_once_more(cast, receiver):
    hook, _ = add(cast)
    happen(4)
    receiver.run()
    assert webhooks.replay(viewer=cast.admin, webhook_id=hook.pk, now=NOW, since=3) == 2
    receiver.run()
    assert receiver.keys()[4:] == ["evt_3", "evt_4"]
    last = Delivery.objects.latest("pk")
    assert webhooks.replay(viewer=cast.admin, webhook_id=hook.pk, now=NOW, delivery_id=last.pk) == 1
    with pytest.raises(WrongStateError, match="waits already"):
        webhooks.replay(viewer=cast.admin, webhook_id=hook.pk, now=NOW, delivery_id=last.pk)


def test_switched_off_nothing_goes_and_switched_on_everything_follows(cast, receiver):
    hook, _ = add(cast)
    webhooks.switch_webhook(viewer=cast.admin, webhook_id=hook.pk, on=False, now=NOW)
    happen(2)
    receiver.run()
    with pytest.raises(WrongStateError, match="switch it on"):
        webhooks.replay(viewer=cast.admin, webhook_id=hook.pk, now=NOW)
    webhooks.switch_webhook(viewer=cast.admin, webhook_id=hook.pk, on=True, now=NOW)
    receiver.run()
    assert receiver.keys() == ["evt_1", "evt_2"]


def test_after_a_new_secret_both_sign_for_a_day(cast, receiver):
    hook, first = add(cast)
    second = webhooks.rotate_secret(viewer=cast.admin, webhook_id=hook.pk, now=NOW)
    assert first != second
    happen()
    receiver.run()
    assert len(receiver.got[-1][3]) == 2
    happen()
    receiver.run(timedelta(days=2))
    assert len(receiver.got[-1][3]) == 1


def test_the_database_alone_signs_nothing(cast, receiver, settings):
    hook, secret = add(cast)
    assert secret.removeprefix("whsec_") not in str(Webhook.objects.values().get())
    settings.SECRET_KEY = "another key of another site, as long as a key has to be"  # noqa: S105 -- of a test
    happen()
    assert receiver.run() == telling.Run(failed=1)
    assert not receiver.got
    assert "COACHLOOP_SECRET_KEY" in queries.deliveries(cast.admin, hook.pk)[0].problem
    said = telling.ping(viewer=cast.admin, webhook_id=hook.pk, box=telling.Letterbox(receiver, lambda: NOW, None))
    assert "COACHLOOP_SECRET_KEY" in said.problem


def test_a_ping_is_signed_and_nothing_is_kept_of_it(cast, receiver):
    hook, _ = add(cast)
    box = telling.Letterbox(receiver, lambda: NOW, np.random.default_rng(1))
    assert telling.ping(viewer=cast.admin, webhook_id=hook.pk, box=box) == HEARD
    [(_, key, body, _)] = receiver.got
    assert (body["type"], key.startswith("ping_")) == ("ping", True)
    assert not Delivery.objects.exists()


def test_addresses_are_for_admins_and_each_change_is_noted(cast):
    hook, _ = add(cast)
    for other in (cast.qa_lead, cast.operations, cast.ada):
        with pytest.raises(NotYoursError, match="admins"):
            webhooks.switch_webhook(viewer=other, webhook_id=hook.pk, on=False, now=NOW)
        assert not queries.webhooks(other)

    def refuses(_address):
        raise ValueError("must begin with https://")

    with pytest.raises(RefusedError, match="this address must begin"):
        webhooks.change_webhook(
            viewer=cast.admin, webhook_id=hook.pk, address="http://a", kinds=(), check=refuses, now=NOW
        )
    with pytest.raises(RefusedError, match="1000 characters"):
        add(cast, "https://a.example/" + "x" * 1000)
    assert list(AuditEntry.objects.values_list("action", flat=True)) == ["webhook.add"]


def test_an_address_of_another_programme_is_not_there(cast):
    hook, _ = add(cast)
    other = Programme.objects.create(key="other", name="Other", created_at=NOW)
    theirs = replace(cast.admin, programme_id=other.pk)
    assert queries.webhook(theirs, hook.pk) is None
    with pytest.raises(Webhook.DoesNotExist):
        webhooks.rotate_secret(viewer=theirs, webhook_id=hook.pk, now=NOW)
