import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachloop.core.model import cipher
from coachloop.core.model.cipher import DataKey, UnreadableError

SECRET, OTHER = bytes(range(32)), bytes(range(1, 33))
KEY, NONCE = DataKey("0a1b2c3d", SECRET), bytes(12)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=400)


def as_text(key: bytes) -> str:
    return base64.b64encode(key).decode()


def seal(text: str, place: str = "here") -> str:
    return cipher.sealed(text, KEY, nonce=NONCE, place=place)


def opened(text: str, place: str = "here", secret: bytes = SECRET) -> str:
    return cipher.unsealed(text, lambda _: secret, place=place)


@given(TEXT)
def test_what_is_sealed_comes_back_and_says_with_which_key(text: str) -> None:
    asked = []
    assert cipher.unsealed(seal(text), lambda name: asked.append(name) or SECRET, place="here") == text
    assert asked == ["0a1b2c3d"]
    assert len(seal(text)[: cipher.HEAD]) == len("sealed:0a1b2c3d:")


@given(TEXT | st.from_regex(r"\\{0,3}sealed:.*", fullmatch=True))
def test_what_is_not_sealed_comes_back_too_however_it_looks(text: str) -> None:
    kept = cipher.unlike(text)
    assert not kept.startswith(cipher.PREFIX)
    assert opened(kept) == text


def test_long_words_are_packed_and_short_ones_are_not() -> None:
    assert len(seal("and so on " * 1000)) < 500
    assert len(seal("a" * 100)) > 150
    assert opened(seal("and so on " * 1000)) == "and so on " * 1000


@pytest.mark.parametrize(
    "text",
    [seal("words")[:-4], seal("words")[:-4] + "AAAA", "sealed:0a1b2c3d:", "sealed:0a1b2c3d:?", "sealed:0a1b2c3d:ü"],
)
def test_what_was_changed_is_refused_without_its_words(text: str) -> None:
    with pytest.raises(UnreadableError, match="words of here are not as they were stored"):
        opened(text)


def test_words_are_read_at_their_place_and_with_their_key_alone() -> None:
    with pytest.raises(UnreadableError, match="moved"):
        opened(seal("words"), place="there")
    with pytest.raises(UnreadableError):
        opened(seal("words"), secret=OTHER)


def test_where_words_repeat_they_look_the_same_at_one_place_and_with_one_key() -> None:
    nonce = cipher.nonce_of("words", KEY, place="here")
    assert nonce == cipher.nonce_of("words", KEY, place="here")
    others = [("other", KEY, "here"), ("words", DataKey("x", OTHER), "here"), ("words", KEY, "there")]
    assert nonce not in {cipher.nonce_of(text, key, place=place) for text, key, place in others}
    assert len(nonce) == cipher.NONCE


def test_a_data_key_is_wrapped_by_a_site_key() -> None:
    kept = cipher.wrapped(KEY, OTHER, NONCE)
    assert SECRET not in kept
    assert cipher.unwrapped(KEY.name, kept, OTHER) == KEY
    for name, of, key in [
        ("another", kept, OTHER),
        (KEY.name, kept[:-1] + b"?", OTHER),
        (KEY.name, kept, SECRET),
        (KEY.name, b"", OTHER),
    ]:
        with pytest.raises(UnreadableError, match=f"the data key {name} is not as it was kept"):
            cipher.unwrapped(name, of, key)


def test_keys_of_a_site_stand_newest_first() -> None:
    one, two = as_text(SECRET), base64.urlsafe_b64encode(OTHER).decode().rstrip("=")
    found = cipher.site_keys(f" {one},\n{two} ")
    assert (found.keys, found.seals) == ((SECRET, OTHER), True)
    assert found.by_mark == {cipher.mark(SECRET): SECRET, cipher.mark(OTHER): OTHER}
    assert cipher.site_keys(f"off {one}") == cipher.SiteKeys((SECRET,), seals=False)
    assert cipher.site_keys("") == cipher.SiteKeys((), seals=False)
    assert "keys" not in repr(found)
    assert "secret" not in repr(KEY)


@pytest.mark.parametrize("text", ["short", as_text(SECRET) + "AAAA", "ü" * 44, f"{as_text(SECRET)} off", "off"])
def test_what_is_no_key_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(ValueError, match=r"32 bytes in base64|no key to read with") as refused:
        cipher.site_keys(text)
    assert as_text(SECRET)[:10] not in str(refused.value)


def test_words_of_the_search_are_hashed_one_by_one() -> None:
    first, *rest = cipher.hashed("good morning good day", KEY, longest=1000).split(" ")
    assert first == cipher.first_of(KEY.name) == "sealed0a1b2c3d"
    assert rest == [cipher.hash_of(word, SECRET) for word in ("good", "morning", "good", "day")]
    assert all(len(word) == 10 and word.isascii() and word.isalpha() for word in rest)
    assert cipher.hash_of("good", OTHER) != rest[0] == rest[2] != rest[1]
    assert cipher.hashed("good  morning good day", KEY, longest=40).split(" ") == [first, *rest[:1]]
