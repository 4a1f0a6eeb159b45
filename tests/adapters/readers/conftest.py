import json

import pytest

from coachloop.adapters.readers.conversations import lines
from coachloop.core.model.receipt import Refusal
from coachloop.core.model.wire import read_conversation


@pytest.fixture
def read(tmp_path):
    """Writes a file and reads it: its conversations, each checked as ingest checks it, and what is refused as (line, reason)."""

    def read(content, name="call.json", **how):
        path = tmp_path / name
        if isinstance(content, dict | list):
            content = json.dumps(content, indent=1)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        items = list(lines(path, **how))
        refused = [(item.line, item.reason) for item in items if isinstance(item, Refusal)]
        taken = [item.raw for item in items if not isinstance(item, Refusal)]
        assert all(read_conversation(raw) for raw in taken)
        return [json.loads(raw) for raw in taken], refused

    return read


@pytest.fixture
def one(read):
    """Reads a file of one conversation that can be taken."""

    def one(content, name="call.json", **how):
        taken, refused = read(content, name, **how)
        assert not refused
        (conversation,) = taken
        return conversation

    return one


@pytest.fixture
def refusal(read):
    """The one refusal of a file from which nothing is taken."""

    def refusal(content, name="call.json", **how):
        taken, refused = read(content, name, **how)
        assert not taken
        (found,) = refused
        return found

    return refusal
