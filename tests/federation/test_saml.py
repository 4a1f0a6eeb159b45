"""Signing in by a SAML provider that signs for real; and every response that must let nobody in."""

import base64
import zlib
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from federation.conftest import Federated
from federation.identity import Identity, Said, made_key, response

pytest.importorskip("onelogin", reason="SAML needs the extra: `uv sync --extra saml`")
from lxml import etree

pytestmark = pytest.mark.django_db
SAML = "{urn:oasis:names:tc:SAML:2.0:assertion}"


@pytest.fixture
def browser(federated: Federated) -> Iterator[httpx.Client]:
    """Keeps cookies, and follows nothing by itself."""
    with httpx.Client(base_url=federated.address, timeout=60) as client:
        yield client


def asked(browser: httpx.Client, to: str = "") -> str:
    """Press the button; the id of the request that goes to the provider."""
    there = browser.get("/sign-in/saml", params={"next": to} if to else {}).headers["Location"]
    query = parse_qs(urlsplit(there).query)
    request = zlib.decompress(base64.b64decode(query["SAMLRequest"][0]), -15)
    return str(etree.fromstring(request).get("ID"))


def hand_in(browser: httpx.Client, document: Any) -> httpx.Response:
    """Post it as the provider's page does, from another site and so without cookies, and go on."""
    text = document if isinstance(document, bytes) else etree.tostring(document)
    with httpx.Client(base_url=str(browser.base_url), timeout=60) as bare:
        posted = bare.post("/sign-in/saml/company/acs", data={"SAMLResponse": base64.b64encode(text).decode()})
        browser.cookies.update(posted.cookies)
    return browser.get(posted.headers["Location"])


def inside(browser: httpx.Client) -> bool:
    """Whether a page opens."""
    return browser.get("/me/calendar").status_code == 200


def test_the_right_person_comes_in(browser: httpx.Client, federated: Federated) -> None:
    answer = hand_in(browser, response(federated.identity, Said(asked(browser, "/me/calendar"))))
    assert answer.headers["Location"] == "/me/calendar"
    assert "Ada Lindholm" in browser.get("/me/calendar").text
    again = httpx.Client(base_url=federated.address, timeout=60)
    hand_in(again, response(federated.identity, Said(asked(again), groups=("leads", "qa"))))
    assert "team leader, QA lead" in again.get("/me/calendar").text
    again.close()


def test_the_site_tells_who_it_is(federated: Federated) -> None:
    metadata = httpx.get(federated.identity.audience, timeout=60).text
    assert f'Location="{federated.identity.acs}"' in metadata


@pytest.mark.parametrize("to", ["https://elsewhere.example/", "//elsewhere.example/"])
def test_nobody_is_led_elsewhere(browser: httpx.Client, federated: Federated, to: str) -> None:
    assert hand_in(browser, response(federated.identity, Said(asked(browser, to)))).headers["Location"] == "/"


def unsigned(identity: Identity, said: Said) -> Any:
    tree = response(identity, said)
    assertion = tree.find(f"{SAML}Assertion")
    assertion.remove(assertion.find("{http://www.w3.org/2000/09/xmldsig#}Signature"))
    return tree


def changed(identity: Identity, said: Said) -> Any:
    tree = response(identity, said)
    next(tree.iter(f"{SAML}AttributeValue")).text = "ida@example.org"
    return tree


def wrapped(*, before: bool, inside_response: bool) -> Callable[[Identity, Said], Any]:
    """Signature wrapping: what is signed stays somewhere in the document, and another assertion takes its place."""

    def wrap(identity: Identity, said: Said) -> Any:
        tree = response(identity, said)
        signed = tree.find(f"{SAML}Assertion")
        evil = deepcopy(signed)
        evil.remove(evil.find("{http://www.w3.org/2000/09/xmldsig#}Signature"))
        evil.set("ID", "_evil")
        next(evil.iter(f"{SAML}AttributeValue")).text = "ida@example.org"
        if inside_response:
            signed.addprevious(evil) if before else signed.addnext(evil)
        else:
            tree.replace(signed, evil)
            holder = etree.SubElement(evil, f"{SAML}Advice")
            holder.append(signed)
        return tree

    return wrap


def commented(identity: Identity, said: Said) -> Any:
    """A comment inside the address: what is signed and what is read differ in careless parsers."""
    tree = response(identity, Said(said.answers, email="ida@example.org.evil.example", subject="evil"))
    value = next(tree.iter(f"{SAML}AttributeValue"))
    value.text = "ida@example.org"
    comment = etree.Comment("x")
    comment.tail = ".evil.example"
    value.append(comment)
    return tree


def with_entity(declared: str) -> Callable[[Identity, Said], bytes]:
    def entity(identity: Identity, said: Said) -> bytes:
        text = etree.tostring(response(identity, said)).replace(b"ada@example.org", b"&x;")
        return declared.encode() + text

    return entity


BOMB = "<!DOCTYPE r [<!ENTITY a '" + "a" * 50 + "'>" + "".join(
    f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 20}'>" for n in range(7)
) + "<!ENTITY x '&h;'>]>"  # fmt: skip

ATTACKS: dict[str, Callable[[Identity, Said], Any]] = {
    "unsigned": unsigned,
    "wrong key": lambda identity, said: response(identity, said, made_key()),
    "changed": changed,
    "wrong audience": lambda identity, said: response(identity, Said(said.answers, audience="http://other.example")),
    "expired": lambda identity, said: response(identity, Said(said.answers, minutes=-30)),
    "unsolicited": lambda identity, said: response(identity, Said("")),  # noqa: ARG005
    "of another request": lambda identity, said: response(identity, Said("ONELOGIN_guessed")),  # noqa: ARG005
    "wrapped before": wrapped(before=True, inside_response=True),
    "wrapped after": wrapped(before=False, inside_response=True),
    "wrapped within": wrapped(before=False, inside_response=False),
    "comment": commented,
    "XXE": with_entity('<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
    "billion laughs": with_entity(BOMB),
    "no XML": lambda identity, said: b"no XML",  # noqa: ARG005
}


@pytest.mark.parametrize("attack", list(ATTACKS))
def test_a_response_that_proves_nothing_lets_nobody_in(
    browser: httpx.Client, federated: Federated, attack: str
) -> None:
    document = ATTACKS[attack](federated.identity, Said(asked(browser)))
    answer = hand_in(browser, document)
    assert answer.headers["Location"] == "/sign-in"
    assert ("Nobody has added you" if attack == "comment" else "did not work") in browser.get("/sign-in").text
    assert not inside(browser)


def test_a_response_counts_once_and_in_its_own_browser(browser: httpx.Client, federated: Federated) -> None:
    """Replayed: neither again in the same browser, nor in a victim's."""
    document = response(federated.identity, Said(asked(browser)))
    with httpx.Client(base_url=federated.address, timeout=60) as victim:
        asked(victim)
        assert hand_in(victim, deepcopy(document)).headers["Location"] == "/sign-in"
        assert not inside(victim)
    assert hand_in(browser, deepcopy(document)).headers["Location"] == "/"
    assert hand_in(browser, document).headers["Location"] == "/sign-in"


def test_whoever_is_unknown_stays_out(browser: httpx.Client, federated: Federated) -> None:
    hand_in(browser, response(federated.identity, Said(asked(browser), email="new@example.org", subject="new")))
    assert "Nobody has added you" in browser.get("/sign-in").text
