"""Every command: its keys, its exit codes, what it says when it can't."""

import csv
import gzip
import io
import json
from datetime import date, timedelta

import polars as pl
import pytest

from builders import MANNERS, call, calls
from coachloop.adapters import parquet
from coachloop.app.models import Agent, Conversation, Revision, Site, User, Verdict
from coachloop.cli.output import print_json
from coachloop.core.model.wire import FORMATS


def lea(of=20):
    return calls("lea", 2, of, queue="sales", outcome={"sold": True})


@pytest.fixture
def scored(house, written):
    """Lea greeted in 2 of 20 calls."""
    assert house("ingest", written("lea.jsonl", lea())).code == 0
    assert house("score").code == 0
    return house


@pytest.mark.parametrize(
    "args",
    [
        ("ingest", "pyproject.toml"), ("export", "verdicts"), ("score",), ("evaluate", "x", "--labels", "pyproject.toml"),
        ("template", "list"), ("template", "add", "pyproject.toml"), ("template", "publish", "x"), ("template", "show", "x"),
        ("labels", "add", "pyproject.toml"), ("import", "scores", "pyproject.toml"), ("import", "coaching", "pyproject.toml"),
        ("insight", "rates"), ("insight", "focus"), ("insight", "drift"), ("people", "add", "pyproject.toml"), ("serve",), ("worker",),
        ("template", "diff", "x", "1", "2"), ("template", "try", "x", "--labels", "pyproject.toml"),
    ],
)  # fmt: skip
def test_nothing_works_before_init_and_says_so(run, args):
    ran = run(*args)
    assert ran.code == 2
    assert "run `coachloop init` first" in ran.err


def test_init_is_harmless_to_repeat(run):
    assert run("init", "--name", "Harbour Homes").code == 0
    again = run("init", "--name", "Other")
    assert again.code == 0
    assert again.out.startswith("Harbour Homes is set up in ")
    assert Site.objects.get().name == "Harbour Homes"


def test_help_comes_without_a_command_and_for_each(run):
    assert "coachloop" in run("--help").out
    for command in ("init", "serve", "worker", "doctor", "ingest", "export", "score", "evaluate", "schema", "demo"):
        assert run(command, "--help").code == 0, command


@pytest.mark.parametrize("name", [*FORMATS, "template"])
def test_every_format_has_its_schema(run, name):
    schema = run("schema", name).json
    assert schema["properties"]


def test_a_schema_that_is_not_there(run):
    ran = run("schema", "nothing")
    assert ran.code == 2
    assert "conversation" in ran.err


def test_doctor_says_what_is_missing_and_ends_with_one(run, written):
    ran = run("doctor", "--json")
    assert ran.code == 1
    assert [row["check"] for row in ran.json][:2] == ["database", "site"]
    run("init")
    assert run("doctor").code == 1
    run("template", "add", written("m.yaml", MANNERS))
    run("template", "publish", "manners")
    run("people", "add", written("p.csv", "name,email,role\nAda,ada@example.org,admin\n"))
    ran = run("doctor", "--json")
    assert [row for row in ran.json if not row["ok"]] == []
    assert ran.code == 0
    assert {row["check"]: row["ok"] for row in ran.json}.keys() >= {"database", "templates", "scorers", "work"}


def test_ingest_counts_and_lists_what_it_refused(house, written):
    path = written("calls.jsonl", [call("c-1"), call("c-2")])
    with path.open("ab") as file:
        file.write(b"{broken\n")
    ran = house("ingest", path, "--json")
    assert ran.code == 1
    assert {key: ran.json[key] for key in ("received", "accepted", "duplicates")} == {
        "received": 3, "accepted": 2, "duplicates": 0,
    }  # fmt: skip
    [refused] = ran.json["refused"]
    assert (refused["file"], refused["line"]) == (str(path), 3)
    assert refused["reason"].startswith("not JSON")
    assert house("ingest", written("again.jsonl", [call("c-1")]), "--json").json["duplicates"] == 1


def test_ingest_speaks_to_people(house, written):
    ran = house("ingest", written("calls.jsonl", [call("c-1", agent=None), call("c-2", at=None)]))
    assert ran.code == 0
    assert "2 of 2 conversations taken." in ran.out
    assert "1 without an agent" in ran.out
    ran = house("ingest", written("more.jsonl", [call("c-1", agent=None)] + [call("c-2")] * 25))
    assert ran.code == 1
    assert "0 of 26 conversations taken, 1 known already." in ran.out
    assert ran.err.count("  refused ") == 20
    assert "and 5 more; --json lists them all" in ran.err


def test_ingest_replaces_when_it_is_told_to(house, written):
    house("ingest", written("a.jsonl", [call("c-1")]))
    other = written("b.jsonl", [call("c-1", greets=True)])
    assert house("ingest", other).code == 1
    assert house("ingest", other, "--replace").code == 0
    assert Revision.objects.count() == 2


def test_ingest_reads_files_and_folders(house, written, tmp_path):
    """Plain and packed; what has another name is passed over in a folder."""
    folder = tmp_path / "in"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "a.jsonl.gz").write_bytes(gzip.compress(json.dumps(call("c-1")).encode()))
    (folder / "b.jsonl").write_text(json.dumps(call("c-2")))
    (folder / "readme.txt").write_text("not this")
    ran = house("ingest", folder, written("c.jsonl", [call("c-3")]), "--json")
    assert (ran.code, ran.json["accepted"]) == (0, 3)
    assert house("ingest", tmp_path / "nowhere").code == 2


def test_score_counts_by_who_decided(house, written):
    house("ingest", written("lea.jsonl", lea()))
    found = house("score", "--json").json
    assert (found["conversations"], found["postponed"], found["dropped_quotes"]) == (20, 0, 0)
    assert found["decided_by"]["phrases"] == 20
    assert found["verdicts"] == {"met": 2, "not_met": 18, "not_applicable": 20, "unscored": 20}
    assert (found["judge"]["tokens"], found["judge"]["cost"]) == (0, 0)
    assert found["seconds"] >= 0
    assert house("score", "--json").json["conversations"] == 0
    assert house("score", "--template", "manners", "--all", "--json").json["conversations"] == 20
    assert house("score", "--since", "2030-01-01", "--all", "--json").json["conversations"] == 0
    assert "0 conversations x templates scored" in house("score").out


def test_score_needs_a_published_template(house, written):
    assert house("score", "--template", "nothing").code == 2
    house("template", "add", written("other.yaml", MANNERS.replace("key: manners", "key: other")))
    ran = house("score", "--template", "other")
    assert (ran.code, "no published version" in ran.err) == (2, True)
    assert house("score", "--since", "yesterday").code == 2


def test_templates_from_draft_to_diff(run, written):
    run("init")
    path = written("manners.yaml", MANNERS)
    assert "Manners: 3 behaviours, no mistake found." in run("template", "check", path).out
    assert "No templates yet" in run("template", "list").out
    assert "manners is the draft version 1" in run("template", "add", path).out
    assert "manners has this text already: version 1" in run("template", "add", path).out
    assert "manners version 1 is published" in run("template", "publish", "manners").out
    assert run("template", "publish", "manners").code == 2
    run("template", "add", written("warmer.yaml", MANNERS.replace("[good morning]", "[good morning, hello]")))
    assert run("template", "list", "--json").json == [
        {"key": "manners", "title": "Manners", "behaviours": 3, "published": 1, "draft": 2}
    ]
    assert run("template", "show", "manners@1").out == MANNERS
    diff = run("template", "diff", "manners", 1, 2, "--text").out
    assert "-    score_with: [{phrases: {any: [good morning]}}]" in diff
    assert "+    score_with: [{phrases: {any: [good morning, hello]}}]" in diff
    assert run("template", "show", "manners@7").code == 2


def test_templates_speak_json_as_well(run, written):
    assert run("init", "--name", "Here", "--json").json.items() >= {"site": "Here", "timezone": "UTC"}.items()
    path = written("manners.yaml", MANNERS)
    assert run("template", "check", path, "--json").json == {"key": "manners", "title": "Manners", "behaviours": 3}
    added = {"key": "manners", "version": 1, "new": True, "published": False}
    assert run("template", "add", path, "--json").json == added
    assert run("template", "publish", "manners", "--json").json.items() >= {"key": "manners", "version": 1}.items()
    assert run("template", "add", path, "--json").json == {**added, "new": False, "published": True}
    assert "has this text already: version 1, which is published" in run("template", "add", path).out
    assert run("template", "show", "manners", "--json").json == {"key": "manners", "version": 1, "text": MANNERS}
    same = run("template", "diff", "manners", 1, 1, "--json").json
    assert same.items() >= {"key": "manners", "old": 1, "new": 1, "diff": "", "changed": []}.items()


def test_a_wrong_template_is_refused_with_every_mistake(house, written):
    wrong = written("wrong.yaml", "key: Wrong Key\ntitle: X\nbehaviours:\n  - {key: a, target: 3}\n")
    for command in ("check", "add"):
        ran = house("template", command, wrong)
        assert ran.code == 2
        assert ran.err.count("line ") >= 3
    binary = house("template", "check", written("binary.yaml", b"key: \xff"))
    assert (binary.code, "not UTF-8" in " ".join(binary.err.split())) == (2, True)


LABELS = [
    {"conversation_id": f"lea-{n}", "behaviour": "greets", "verdict": "met" if n < 3 else "not_met"} for n in range(20)
]
AGREEMENT = {"behaviour", "n", "kappa", "kappa_low", "kappa_high", "f1", "precision", "recall", "unscored"}


def test_labels_are_added_and_count(scored, written):
    ran = scored("labels", "add", written("labels.jsonl", [*LABELS, {**LABELS[0], "behaviour": "smiles"}]), "--json")
    assert (ran.code, ran.json["accepted"], len(ran.json["refused"])) == (1, 20, 1)
    rows = scored("insight", "rates", "--behaviour", "greets", "--json").json
    assert (rows[0]["met"], rows[0]["n"]) == (3, 20)
    rows = "".join(f"lea-{n},greets,met,Eve\n" for n in range(2))
    ran = scored("labels", "add", written("labels.csv", "conversation_id,behaviour,verdict,reviewer\n" + rows))
    assert (ran.code, "2 of 2 labels taken." in ran.out) == (0, True)


def test_evaluate_and_try_say_how_far_people_agree(scored, written):
    labels = written("labels.jsonl", LABELS)
    for args in (("evaluate", "manners"), ("template", "try", "manners@1")):
        rows = scored(*args, "--labels", labels, "--json").json
        assert all(row.keys() == AGREEMENT for row in rows)
        assert (rows[0]["behaviour"], rows[0]["n"], rows[0]["precision"]) == ("greets", 20, 1.0)
        assert 0.7 < rows[0]["kappa"] < 0.8
    assert "greets" in scored("evaluate", "manners", "--labels", labels).out


def test_labels_that_can_not_be_read_stop_evaluate(scored, written):
    for name, content, said in [
        ("a.jsonl", [{"verdict": "met"}], ":1: conversation_id: is missing"),
        ("b.csv", "conversation_id,behaviour,verdict\na,b,c,d\n", ":2: 1 more cells"),
        ("c.jsonl", [{**LABELS[0], "behaviour": "x"}], "no label is about template 'manners'"),
    ]:
        ran = scored("evaluate", "manners", "--labels", written(name, content))
        assert ran.code == 2
        assert said in ran.err


SCORES = "call_id,agent_id,team,started_at,queue,behaviour,verdict,outcome_sold\n"


def test_scores_and_coaching_of_before_are_imported(house, written, tmp_path):
    rows = "".join(
        f"x-{n},{'ab'[n % 2]},north,2026-05-0{n % 8 + 1},q,closes,{'met' if n % 2 else 'not_met'},true\n"
        for n in range(40)
    )
    ran = house(
        "import", "scores", written("scores.csv", SCORES + rows + "x,a,north,2026-05-01,q,closes,maybe,\n"), "--json"
    )
    assert (ran.code, ran.json["accepted"], ran.json["refused"][0]["line"]) == (1, 40, 42)
    assert {row["agent_id"] for row in house("insight", "rates", "--json").json} == {"a", "b"}
    table = {
        "call_id": [900],
        "agent_id": ["a"],
        "behaviour": ["closes"],
        "verdict": ["met"],
        "started_at": [date(2026, 5, 4)],
    }
    pl.DataFrame(table).write_parquet(tmp_path / "scores.parquet")
    assert house("import", "scores", tmp_path / "scores.parquet", "--json").json["accepted"] == 1
    coaching = written("coaching.csv", "agent_id,behaviour,held_on,leader\na,closes,2026-04-01,Ada\n")
    assert house("import", "coaching", coaching, "--json").json["accepted"] == 1
    assert house("import", "coaching", coaching, "--json").json["duplicates"] == 1


RATE = {
    "behaviour", "n", "met", "rate", "low", "high", "shrunken", "shrunken_low", "shrunken_high", "p_below_target",
}  # fmt: skip


@pytest.mark.parametrize(("by", "unit"), [("agent", "agent_id"), ("team", "team"), ("centre", None)])
def test_rates_by_agent_team_and_centre(scored, by, unit):
    [row] = scored("insight", "rates", "--by", by, "--behaviour", "greets", "--template", "manners", "--json").json
    assert row.keys() >= RATE
    assert (row["met"], row["n"]) == (2, 20)
    assert unit is None or row[unit] in {"lea", "north"}


def test_rates_of_other_days_and_other_words(scored):
    assert scored("insight", "rates", "--as-of", "2020-01-01", "--json").json == []
    assert "No scores yet" in scored("insight", "rates", "--as-of", "2020-01-01", "--days", 7).out
    assert "greets" in scored("insight", "rates").out
    assert scored("insight", "rates", "--by", "planet").code == 2
    assert scored("insight", "rates", "--days", 0).code == 2
    assert scored("insight", "rates", "--behaviour", "smiles").code == 2


def test_focus_has_its_example(scored):
    [row] = scored("insight", "focus", "--json").json
    assert row.keys() >= {"agent_id", "behaviour", "expected_gain", "reason", "example", "kind"}
    assert (row["agent_id"], row["behaviour"], row["kind"]) == ("lea", "greets", "performance")
    assert row["example"] == {"conversation_id": "lea-2", "turn": 0, "quote": "Yes?"}
    assert scored("insight", "focus", "--as-of", "2020-01-01", "--json").json == []
    assert "lea" in scored("insight", "focus").out


VERDICT = {
    "conversation_id", "agent_id", "template", "behaviour", "verdict", "machine_verdict", "probability", "evidence", "missed",
    "reason", "scorer", "decided_by", "template_version", "scored_at", "reviewed",
}  # fmt: skip


def test_export_as_json_lines_to_standard_output_and_to_a_file(scored, tmp_path):
    rows = [json.loads(line) for line in scored("export", "verdicts").out.splitlines()]
    assert (len(rows), rows[0].keys()) == (60, VERDICT)
    path = tmp_path / "verdicts.jsonl"
    assert scored("export", "verdicts", "--template", "manners", "--since", "2026-01-01", "--out", path).out == ""
    assert len(path.read_text().splitlines()) == 60
    assert scored("export", "verdicts", "--since", "2030-01-01").out == ""


def test_what_was_exported_can_be_ingested_again(scored, tmp_path):
    """Everything out again, and in again: nothing has changed."""
    path = tmp_path / "out.jsonl"
    scored("export", "conversations", "--out", path)
    exported = {line["id"]: line for line in map(json.loads, path.read_text().splitlines())}
    assert exported == {line["id"]: line for line in lea()}
    assert scored("ingest", path, "--json").json["duplicates"] == 20


def test_what_was_exported_as_vcons_can_be_ingested_again(scored, tmp_path):
    """Each line a vCon that others can read; for us the same conversations."""
    path = tmp_path / "out.jsonl"
    scored("export", "conversations", "--format", "vcon", "--out", path)
    exported = list(map(json.loads, path.read_text().splitlines()))
    assert {line["vcon"] for line in exported} == {"0.4.0"}
    assert exported[0]["parties"][0]["role"] == "agent"
    assert scored("ingest", path, "--json").json["duplicates"] == 20


@pytest.mark.parametrize("what", ["verdicts", "conversations", "sessions", "rates"])
def test_export_in_every_format(scored, tmp_path, what):
    lines = scored("export", what).out.splitlines()
    table = list(csv.DictReader(io.StringIO(scored("export", what, "--format", "csv").out)))
    assert len(table) == len(lines)
    path = tmp_path / "out.parquet"
    assert scored("export", what, "--format", "parquet", "--out", path).code == 0
    assert pl.read_parquet(path).height == len(lines)
    assert (len(lines) > 0) == (what != "sessions")


def test_export_says_what_it_can_not_do(scored, tmp_path):
    assert "name a file with --out" in scored("export", "verdicts", "--format", "parquet").err
    for out in (tmp_path, tmp_path / "nowhere" / "x.jsonl"):
        ran = scored("export", "verdicts", "--out", out)
        assert (ran.code, "can't be written" in ran.err) == (2, True)
    assert scored("export", "everything").code == 2
    assert "a vCon is a conversation" in scored("export", "rates", "--format", "vcon").err


def test_a_spreadsheet_runs_nothing_of_ours(house, written, tmp_path):
    """Cells and headers that begin like a formula are quoted; JSON keeps the words as they were."""
    evil = ['=HYPERLINK("http://x")', "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1"]
    rows = [call(f"c-{n}", queue=text, **{"=evil()": text}) for n, text in enumerate(evil)]
    assert house("ingest", written("calls.jsonl", rows)).code == 0
    path = tmp_path / "out.csv"
    house("export", "conversations", "--format", "csv", "--out", path)
    with path.open(newline="") as file:
        header, *cells = csv.reader(file)
    assert "'=evil()" in header
    shown = [cell for row in cells for cell in row if cell.lstrip("'") in evil]
    assert shown == [f"'{text}" for text in evil for _ in "12"]
    assert json.loads(house("export", "conversations").out.splitlines()[0])["queue"] == evil[0]


def test_a_table_has_every_key_that_any_row_has(house, written):
    """Also those that only a later conversation brings; a comma, a quote or a line feed breaks no row."""
    house("ingest", written("calls.jsonl", [call("c-1"), call("c-2", crm='a "b", c\nd'), call("c-3", note={"x": [1]})]))
    rows = list(csv.DictReader(io.StringIO(house("export", "conversations", "--format", "csv").out, newline="")))
    assert [row["crm"] for row in rows] == ["", 'a "b", c\nd', ""]
    assert json.loads(rows[2]["note"]) == {"x": [1]}


@pytest.mark.parametrize("at_once", [1, 1000])
def test_mixed_columns_come_out_as_parquet(house, written, tmp_path, monkeypatch, *, at_once):  # noqa: PLR0917 -- fixtures
    """However many rows are packed at a time."""
    monkeypatch.setattr(parquet, "ROWS_AT_ONCE", at_once)
    rows = [
        call("c-1", crm=1),
        call("c-2", crm="x"),
        call("c-3", crm={"a": 1}),
        call("c-4", crm=True),
        call("c-5", note=2),
    ]
    house("ingest", written("calls.jsonl", rows))
    path = tmp_path / "out.parquet"
    assert house("export", "conversations", "--format", "parquet", "--out", path).code == 0
    found = pl.read_parquet(path)
    assert (found.height, found["note"].to_list()) == (5, [None] * 4 + [2])
    assert found["crm"].to_list() == ["1", "x", '{"a": 1}', "true", None]


def test_people_are_added_and_given_a_password(house, written, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    people = written(
        "people.csv",
        "name,email,role,team,agent_id\nAda,ada@example.org,team_leader,north,\nLea,lea@example.org,agent,north,lea\nX,x,agent,,\n",
    )
    ran = house("people", "add", people, "--json")
    assert (ran.code, ran.json["accepted"], ran.json["refused"][0]["line"]) == (1, 2, 4)
    assert house("people", "password", "ada@example.org", stdin="correct horse battery\n").code == 0
    assert (
        house("people", "password", "lea@example.org", "--password-file", written("pw", "a long enough word\n")).code
        == 0
    )
    assert User.objects.get(email="ada@example.org").check_password("correct horse battery")
    assert User.objects.get(email="lea@example.org").check_password("a long enough word")
    ran = house("people", "password", "ada@example.org", stdin="short\n")
    assert (ran.code, "at least 12 characters" in ran.err) == (2, True)
    ran = house("people", "password", "nobody@example.org", stdin="correct horse battery\n")
    assert (ran.code, "nobody has the address" in ran.err) == (2, True)


def test_what_json_does_not_know_is_written_as_text(capsys):
    """A day in the row of a report, say."""
    print_json([date(2026, 5, 4)])
    assert capsys.readouterr().out == '["2026-05-04"]\n'


def test_wrong_use_is_two(run):
    assert run("nothing").code == 2
    assert run("ingest").code == 2
    assert run("export", "verdicts", "--format", "xml").code == 2
    assert run("template", "check", "nowhere.yaml").code == 2


def test_nothing_of_a_command_reaches_the_tables_when_it_is_refused(house, written):
    house("import", "scores", written("s.csv", SCORES + "x,a,n,2026-05-01,q,Bad Name,met,\n"))
    assert not Conversation.objects.exists()
    assert not Verdict.objects.exists()


def test_absences_and_closing_days_come_in_and_the_site_gets_its_region(house, written):
    """A bad row is refused by itself; twice is once."""
    assert house("init", "--country", "de", "--region", "by", "--json").json["region"] == "BY"
    assert house("init", "--region", "xx").code == 2
    closures = written("closures.csv", "day,name\n2026-12-24,Christmas Eve\n")
    assert house("import", "closures", closures, "--json").json["accepted"] == 1
    Agent.objects.create(key="lea", name="Lea")
    rows = (
        "agent_id,first_day,last_day\nlea,2026-07-06,2026-07-17\nlea,2026-07-06,2026-07-05\nsam,2026-07-06,2026-07-06\n"
    )
    absences = written("absences.csv", rows)
    first, again = house("import", "absences", absences, "--json"), house("import", "absences", absences, "--json")
    assert (first.code, first.json["accepted"], [row["line"] for row in first.json["refused"]]) == (1, 1, [3, 4])
    assert (again.json["accepted"], again.json["duplicates"]) == (0, 1)


def test_drift_names_who_has_slipped_from_scores_alone(house, written):
    """Sixty days of another tool's scores: usual first, then down; every key of the contract, and nothing without a slip."""
    days = [(date(2026, 2, 2) + timedelta(days=n)).isoformat() for n in range(60)]
    head = "call_id,agent_id,team,started_at,queue,behaviour,verdict\n"
    rows = [
        f"c-{day}-{n},a-9,north,{day}T09:{n:02}:00+00:00,easy,recap,{'met' if n < (6 if at < 50 else 2) else 'not_met'}\n"
        for at, day in enumerate(days)
        for n in range(8)
    ]
    assert "Nobody has slipped" in house("insight", "drift").out
    assert house("import", "scores", written("scores.csv", head + "".join(rows))).code == 0
    [row] = house("insight", "drift", "--json").json
    assert (row["agent_id"], row["behaviour"], row["open"], row["n_since_onset"]) == ("a-9", "recap", True, 80)
    assert row["recent"] < row["baseline"]
    assert row["onset"] == days[50]
    assert house("insight", "drift", "--as-of", days[45], "--json").json == []
