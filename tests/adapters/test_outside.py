import pytest

from coachloop.adapters.outside import AddressRefusedError, Outside


def reader(**fields):
    """Asks listed hosts alone; whatever is looked up stands inside the own network."""
    return Outside(
        seconds=5,
        most_bytes=1000,
        example="https://recordings.example.org/1.wav",
        own_hosts_setting="COACHLOOP_VCON_OWN_HOSTS",
        only_setting="COACHLOOP_VCON_HOSTS",
        resolve=lambda _host, _port: ["10.0.0.1"],
        **fields,
    )


def test_hosts_that_are_not_listed_are_not_asked():
    """Of the own network those alone that are listed for it."""
    listed = reader(only=frozenset({"recordings.example.org"}), own_hosts=frozenset({"pbx.lan"}))
    assert listed.check("https://recordings.example.org/1.wav")
    assert listed.check("https://pbx.lan/1.wav")
    with pytest.raises(AddressRefusedError, match=r"elsewhere.example.org is not asked.*COACHLOOP_VCON_HOSTS"):
        listed.check("https://elsewhere.example.org/1.wav")
    with pytest.raises(AddressRefusedError, match=r"inside the own network.*COACHLOOP_VCON_OWN_HOSTS"):
        list(listed.blocks("https://recordings.example.org/1.wav"))


@pytest.mark.parametrize("address", ["https://a..b/hook", "https://.example.org/", "https://example.org/caf\u00e9"])
def test_what_can_t_be_sent_is_refused_like_any_other_wrong_address(address):
    """When it is named, and when it was named before: a program that tells many addresses goes on with the next one."""
    for ask in (
        reader().check,
        lambda where: reader().send(where, b"", {}),
        lambda where: list(reader().blocks(where)),
    ):
        with pytest.raises(AddressRefusedError, match="is no address; one looks like"):
            ask(address)
