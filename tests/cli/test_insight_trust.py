"""Rates with the machine's errors taken out, and the machine against people, as commands."""

import json

import pytest

from builders import calls


@pytest.fixture
def audited(house, written):
    """Lea greeted in 8 of 20 calls; all were audited, and people heard 10."""
    assert house("ingest", written("lea.jsonl", calls("lea", 8, 20))).code == 0
    assert house("score").code == 0
    answers = [
        {
            "conversation_id": one["id"],
            "behaviour": "greets",
            "verdict": "met" if at < 10 else "not_met",
            "reviewer": "rae",
            "sampling_probability": 1,
        }
        for at, one in enumerate(calls("lea", 8, 20))
    ]
    assert house("labels", "add", written("audit.jsonl", answers)).code == 0
    return house


def test_corrected_rates_stand_beside_the_raw_ones(audited):
    (row,) = json.loads(
        audited("insight", "rates", "--by", "centre", "--behaviour", "greets", "--corrected", "--json").out
    )
    assert row["corrected"] == pytest.approx(0.5)
    assert row["corrected_low"] < 0.5 < row["corrected_high"]
    assert row["audited"] == 20
    plain = json.loads(audited("insight", "rates", "--by", "centre", "--behaviour", "greets", "--json").out)[0]
    assert not {"corrected", "audited"} & set(plain)
    assert set(plain) < set(row)
    assert "corrected" in audited("insight", "rates", "--corrected").out


def test_trust_says_how_far_and_what_next(audited):
    found = json.loads(audited("insight", "trust", "manners", "--json").out)
    greets = found[0]
    assert greets["behaviour"] == "greets"
    assert greets["confusion"]["not_met"]["met"] == 2
    assert greets["kappa"] == pytest.approx(0.8)
    assert greets["kappa_low"] < 0.8 < greets["kappa_high"]
    assert {"alpha_low", "sensitivity", "specificity_high", "corrected", "reasons", "dropped_quotes"} < set(greets)
    assert "Only 20 calls were checked" in greets["next_step"]
    assert "kappa" in audited("insight", "trust", "manners").out
    refused = audited("insight", "trust", "other")
    assert refused.code == 2
    assert "no template 'other'" in refused.err


def test_fairness_and_the_pack_are_commands(audited):
    rows = json.loads(audited("insight", "fairness", "manners", "--json").out)
    assert {"kind", "group", "measure", "n", "agents", "enough", "share", "difference", "said"} < set(rows[0])
    assert audited("insight", "fairness", "manners").code == 0
    pack = audited("transparency").out
    assert pack.startswith("# How calls are scored here")
    assert "## How to challenge a score" in pack
    assert "Manners, Greets: the same answer in 18 of 20 checked calls" in pack
    titles = [section["title"] for section in json.loads(audited("transparency", "--json").out)]
    assert titles[0] == "What is scored"
    assert "How often it is wrong" in titles
