from builders import calls


def test_the_doctor_looks_every_quote_up_when_asked(house, written):
    house("ingest", written("lea.jsonl", calls("lea", 2, 4)))
    house("score")
    checks = {row["check"]: row for row in house("doctor", "--quotes", "--json").json}
    assert checks["quotes"]["seen"] == "2 quotes of 2 verdicts, each word for word in its place"
    assert "quotes" not in {row["check"] for row in house("doctor", "--json").json}


def test_the_doctor_looks_nothing_up_where_nothing_is_set_up(run):
    assert run("doctor", "--quotes").code == 1
