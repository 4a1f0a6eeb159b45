"""No table, and no column that can hold words, is missing from the map of what is known about whom."""

from pathlib import Path

from django.apps import apps
from django.db import models

from coachloop.app.data_map import ELSEWHERE, MAP, markdown
from coachloop.app.models.sealed import SealedJson, SealedText

WORDS = (models.CharField, models.TextField, models.JSONField, models.BinaryField, models.FileField)
DOCS = Path(__file__).parents[2] / "docs" / "privacy.md"


def of_words(table):
    return {f.name for f in table._meta.concrete_fields if isinstance(f, WORDS) and not f.choices}


def test_every_table_and_every_column_of_words_is_in_the_map():
    ours = {table.__name__: table for table in apps.get_models() if table._meta.app_label == "coachloop"}
    assert set(MAP) - set(ours) == set(), "tables of the map that there are none of"
    assert set(ours) - set(MAP) == set(), (
        "say in app/data_map.py what these tables hold about whom, and let erasure reach them"
    )
    missing = {name: found for name, table in ours.items() if (found := of_words(table) ^ set(MAP[name].text))}
    assert not missing, "say in app/data_map.py what these columns hold, and let erasure reach them"


def test_what_the_map_calls_encrypted_is_sealed_by_its_column_and_nothing_else_is():
    ours = {table.__name__: table for table in apps.get_models() if table._meta.app_label == "coachloop"}
    fields = {name: {f.name for f in table._meta.concrete_fields if isinstance(f, (SealedText, SealedJson))}
              for name, table in ours.items()}  # fmt: skip
    fields["Spoken"].add("words")  # hashed by services/spoken.py, so that it can be searched
    assert fields == {name: set(MAP[name].sealed) for name in ours}


def test_every_library_with_tables_is_in_the_map():
    there = {table._meta.app_label for table in apps.get_models()} - {"coachloop"}
    assert there <= set(ELSEWHERE), "say in app/data_map.py what these libraries keep about people"


def test_the_page_prints_the_map():
    wanted = "\n".join(markdown())
    assert wanted in DOCS.read_text(encoding="utf-8"), "print it anew: `coachloop privacy map`"
