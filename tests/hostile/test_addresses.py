"""Nobody who names an address makes this machine talk to its neighbours, however the address is written."""

import socket
from itertools import chain, repeat
from typing import Any

import pytest

from coachloop.adapters.outside import AddressRefusedError, Outside

OPEN, INSIDE = "93.184.215.14", "169.254.169.254"


def outside(**fields: Any) -> Outside:
    """Reads and tells, without any host of its own."""
    return Outside(
        seconds=5, most_bytes=1000, example="https://crm.example.org/", own_hosts_setting="A_SETTING", **fields
    )


@pytest.mark.parametrize(
    "host",
    ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0", "[::1]", "[::ffff:169.254.169.254]", "[64:ff9b::a9fe:a9fe]", "127.0.0.1"],
)  # fmt: skip
def test_a_number_is_an_address_however_it_is_written(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked of the machine what it stands for, as whoever connects would; nobody is connected to."""
    monkeypatch.setattr(socket, "create_connection", lambda to, **_: pytest.fail(f"it reached {to}"))
    for act in (lambda to: list(outside().blocks(to)), lambda to: outside().send(to, b"{}", {})):
        with pytest.raises(AddressRefusedError, match=r"inside the own network|can't be re|is no address"):
            act(f"https://{host}/latest/meta-data")


def test_a_name_that_stands_for_something_else_the_second_time_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: what was looked at is what is connected to."""
    answers, reached = chain([[OPEN]], repeat([INSIDE])), []

    def connect(to: tuple[str, int], **_: object) -> socket.socket:
        reached.append(to)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)
    reader = outside(resolve=lambda _host, _port: next(answers))
    with pytest.raises(AddressRefusedError, match="can't be read"):
        list(reader.blocks("https://rebinds.example.org/"))
    with pytest.raises(AddressRefusedError, match="inside the own network"):
        reader.send("https://rebinds.example.org/", b"{}", {})
    assert reached == [(OPEN, 443)]
