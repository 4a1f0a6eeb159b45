"""Privacy as commands: how long data is kept, who is erased, what is known of somebody, and the log of it all."""

import zipfile

from builders import calls
from coachloop.app.models import AuditEntry, Conversation, DataKey, Retention
from keys import KEY, OTHER, use


def test_what_is_kept_how_long(house, written):
    """Said, tried, done; nothing goes before it is said."""
    assert house("ingest", written("calls.jsonl", calls("lea", 1, 3))).code == 0
    assert {row["kind"]: row["days"] for row in house("privacy", "retention", "list", "--json").json}["messages"] == 7
    tried = house("privacy", "retention", "set", "conversations", "30", "--dry-run", "--json").json
    assert (tried["due"], tried["dry_run"], Retention.objects.count()) == (3, True, 0)
    assert "deletes 3" in house("privacy", "retention", "set", "conversations", "30").out
    assert house("privacy", "retention", "run", "--dry-run", "--json").json["deleted"] == {"conversations": 3}
    assert Conversation.objects.count() == 3
    assert house("privacy", "retention", "run", "--json").json["deleted"] == {"conversations": 3}
    assert Conversation.objects.count() == 0
    assert "Nothing is older" in house("privacy", "retention", "run").out
    assert "kept for good" in house("privacy", "retention", "set", "conversations", "0").out


def test_what_can_not_be_said_is_refused(house):
    for given, why in ((("words", "30"), "one of: recordings"), (("audit", "3"), "from 365"), (("clips", "90", "--programme", "x"), "no such programme")):  # fmt: skip
        refused = house("privacy", "retention", "set", *given)
        assert refused.code == 2
        assert why in refused.err


def test_somebody_is_erased_and_stays_so_after_a_restore(house, written, *, settings, tmp_path):
    settings.HOME = tmp_path
    theirs = [one | {"customer_id": "K-1"} for one in calls("lea", 1, 2)]
    assert house("ingest", written("calls.jsonl", [*theirs, *calls("tom", 1, 1)])).code == 0
    assert house("privacy", "export", "customer", "K-1", "--out", tmp_path / "theirs.zip").code == 0
    assert zipfile.is_zipfile(tmp_path / "theirs.zip")
    assert "| Conversation |" in house("privacy", "map").out
    assert house("privacy", "erase", "customer", "K-1", "--dry-run", "--json").json["conversations"] == 2
    done = house("privacy", "erase", "customer", "K-1", "--basis", "none", "--json").json
    assert (done["erased"]["conversations"], done["basis"]) == (2, "none")
    assert house("privacy", "certificate", done["id"]).json["digest"] == done["digest"]
    assert len(house("privacy", "erasures", "--key", "K-1", "--json").json) == 1
    assert "Nobody of this id" in house("privacy", "erasures", "--key", "K-2").out
    assert house("ingest", written("calls.jsonl", theirs)).code == 0
    assert house("privacy", "replay", "--json").json == {"listed": 1, "erased_again": 1, "trained": []}
    assert house("privacy", "replay", "--json").json["erased_again"] == 0
    assert Conversation.objects.count() == 1
    assert house("privacy", "erase", "customer", "K-9").code == 2
    assert house("privacy", "certificate", "99").code == 2


def test_the_log_is_taken_along_and_checked(house):
    head = house("audit-log", "head").out.strip()
    assert "holds" in house("audit-log", "verify", "--head", head).out
    assert "who,".replace("who", "id") in house("audit-log", "export", "--format", "csv").out
    assert '"action": "site.create"' in house("audit-log", "export", "--action", "site.").out
    assert house("audit-log", "export", "--format", "xml").code == 2
    assert house("audit-log", "verify", "--head", "7").code == 2
    AuditEntry.objects.order_by("id")[0].delete()
    found = house("audit-log", "verify", "--json")
    assert (found.code, found.json["broken_at"]) == (1, 1)


def test_words_are_encrypted_opened_and_their_key_changed(house, written, *, settings):
    """As the page on privacy says, command by command; with a wrong key none of the others does anything."""
    assert house("ingest", written("calls.jsonl", calls("lea", 1, 2))).code == 0
    assert "set COACHLOOP_ENCRYPTION_KEY" in house("privacy", "encrypt").err
    use(settings, KEY)
    assert house("privacy", "encrypt", "--json").json["by_table"]["Revision"] == 2
    assert "0 rows are encrypted" in house("privacy", "encrypt").out
    use(settings, f"{OTHER} {KEY}")
    assert house("privacy", "rotate-key", "--json").json == {"data_keys": 2}
    for given, has in ((KEY, "alone"), ("", "is not set")):
        use(settings, given)
        refused = house("export", "conversations")
        assert (refused.code, has in refused.err, "Hello." in refused.out) == (2, True, False)
    use(settings, OTHER)
    assert "Hello." in house("export", "conversations").out
    assert "write `off` before" in house("privacy", "decrypt").err
    use(settings, f"off {OTHER}")
    assert "are as they were said" in house("privacy", "decrypt").out
    assert "3 data keys are deleted" in house("privacy", "decrypt", "--forget-keys").out
    assert not DataKey.objects.exists()
    use(settings, "")
    assert "Hello." in house("export", "conversations").out
