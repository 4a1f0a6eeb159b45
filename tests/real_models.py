"""Models that some tests need: found where the configuration or `coachloop models get` puts them, skipped in words elsewhere."""

import os
from pathlib import Path

import pytest

from coachloop.adapters.models.store import folder_of, is_here

VAR = Path(__file__).parents[1] / "var"


def folder(name: str) -> Path:
    """The model's folder: of COACHLOOP_EMBEDDINGS, COACHLOOP_HOME or ./var; skips the test where there is none."""
    given = os.environ.get("COACHLOOP_EMBEDDINGS", "")
    if name == "minilm" and given not in {"", "off"}:
        return Path(given)
    for home in (Path(os.environ.get("COACHLOOP_HOME", VAR)), VAR):
        if is_here(name, home):
            return folder_of(name, home)
    pytest.skip(f"needs the model {name}: `COACHLOOP_HOME={VAR} coachloop models get {name}`")
