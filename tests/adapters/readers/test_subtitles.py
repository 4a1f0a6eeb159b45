import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.readers.told import GREETS, WANTS, said, words
from coachloop.adapters.readers import subtitles
from coachloop.adapters.readers.said import Given, as_native
from coachloop.core.model.wire import BadLineError

VTT = """WEBVTT - a call
Kind: captions

STYLE
::cue { color: white }

NOTE who speaks is told by voices

1
00:01.000 --> 00:02.500 line:0
<v.loud Lea Rossi>Thank you for calling</v>

00:02.600 --> 00:04.000
<v Lea Rossi>Harbour <i>Bank</i> &amp; Co., how can I help you?

00:00:05.000 --> 00:00:06.000
<v Ms Berg>Hi.
<v Lea Rossi>Hello.
"""


def test_webvtt_with_voices(one):
    call = one(VTT, "c-1.vtt")
    assert call["id"] == "c-1"
    assert said(call) == [
        ("agent", 1, 4, "Thank you for calling Harbour Bank & Co., how can I help you?"),
        ("customer", 5, 6, "Hi."),
        ("agent", 5, 6, "Hello."),
    ]
    assert call["speakers"]["from"] == "said"


def test_times_inside_a_cue_are_those_of_its_words(one):
    call = one("WEBVTT\n\n00:01.000 --> 00:03.000\n<v Agent>Good <00:01.500><c>morning</c> <00:02.000>Ms Berg\n")
    assert said(call) == [("agent", 1, 3, "Good morning Ms Berg")]
    assert words(call) == [[("Good", 1), ("morning", 1.5), ("Ms Berg", 2)]]


def test_subrip_with_names(one):
    """A name goes on until another comes; "Note:" once is no name; dashes and brackets are the file's."""
    text = (
        "\ufeff1\r\n00:00:00,000 --> 00:00:02,000\r\n- Agent: Good morning.\r\n- Customer: Hi.\r\n\r\n"
        "2\r\n00:00:04,000 --> 00:00:05,000\r\nNote: it is\r\nurgent.\r\n\r\n"
        "3\r\n01:00:00,000 --> 01:00:01,5\r\n[Agent]: <font color=red>Sure.</font>\r\n"
    )
    call = one(text, "call.srt")
    assert said(call) == [
        ("agent", 0, 2, "Good morning."),
        ("customer", 0, 2, "Hi."),
        ("customer", 4, 5, "Note: it is urgent."),
        ("agent", 3600, 3601.5, "Sure."),
    ]
    assert call["speakers"] == {"from": "given", "confidence": 1.0, "confirmed": False}


def test_names_that_come_again_are_speakers(one):
    """Of two names that say nothing, the words tell who is the agent."""
    cues = [f"Speaker 0: {WANTS}", f"Speaker 1: {GREETS}", "Speaker 0: Twice.", "Speaker 1: Let me see."]
    text = "\n".join(f"{n}\n00:00:{n:02},000 --> 00:00:{n:02},900\n{cue}\n" for n, cue in enumerate(cues, 1))
    assert [who for who, *_ in said(one(text, "call.txt"))] == ["customer", "agent", "customer", "agent"]


def test_without_names_nobody_is_the_agent(one):
    call = one("WEBVTT\n\n00:01.000 --> 00:02.000\nHello\n")
    assert said(call) == [("other", 1, 2, "Hello")]
    assert call["speakers"]["confidence"] == 0.5


def test_utf_16_is_read(one):
    assert said(one("1\n00:00:01,000 --> 00:00:02,000\nAgent: Grüezi\n".encode("utf-16"), "c.srt"))[0][3] == "Grüezi"


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("WEBVTT\n\n00:01.000 -> 00:02.000\nHello\n", 3, "is missing, got '00:01.000 -> 00:02.000'"),
        ("WEBVTT\n\n1\n00:01.000 --> later\nHello\n", 4, "is no time, got '00:01.000 --> later'"),
        ("WEBVTT\n\n00:01.000 --> 9999:59:59.000\nHello\n", 3, "beyond any call"),
        ("WEBVTT\n", 1, "holds no words"),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\nHel\x00lo\n", 1, "NUL"),
        (b"WEBVTT\n\n00:01.000 --> 00:02.000\n\xff\n", 1, "not UTF-8"),
    ],
)
def test_what_is_no_subtitle_is_refused_with_its_line(refusal, *, text, line, reason):
    found = refusal(text, "call.vtt")
    assert found[0] == line
    assert reason in found[1]


def clock(seconds, comma):
    whole, part = divmod(round(seconds * 1000), 1000)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}{comma}{part:03}"


PLAIN = st.text(
    st.characters(codec="utf-8", exclude_categories=["C", "Z"], exclude_characters="<>&:[]-\u2013"),
    min_size=1,
    max_size=9,
)
TURNS = st.lists(
    st.tuples(
        st.sampled_from(["agent", "customer"]),
        st.lists(PLAIN, min_size=1, max_size=5).map(" ".join),
        st.integers(1001, 9000),
        st.integers(0, 9000),
    ),
    min_size=1,
    max_size=8,
)


@given(turns=TURNS, voices=st.booleans())
def test_what_is_written_comes_back(turns, voices):
    """As WebVTT with voices and as SubRip with names: who says what when."""
    at, cues, wanted = 0.0, [], []
    for speaker, text, pause, length in turns:
        start, end = at + pause / 1000, at + (pause + length) / 1000
        shown = f"<v {speaker}>{text}" if voices else f"{speaker.title()}: {text}"
        comma = "." if voices else ","
        cues.append(f"{clock(start, comma)} --> {clock(end, comma)}\n{shown}\n")
        wanted.append((speaker, pytest.approx(start), pytest.approx(end), text))
        at = end
    file = "WEBVTT\n\n" + "\n".join(cues) if voices else "\n".join(f"{n}\n{cue}" for n, cue in enumerate(cues, 1))
    assert said(as_native(subtitles.read(file), Given(name="c"))) == wanted


@given(
    text=st.text(st.sampled_from("<>v&:-[]/ \n0123456789.,>AaWEBVTT\u2028"), max_size=80),
    head=st.sampled_from(["WEBVTT\n\n", "1\n"]),
)
def test_whatever_it_holds_nothing_but_a_refusal_is_raised(text, head):
    try:
        found = as_native(subtitles.read(f"{head}00:01.000 --> 00:02.000\n{text}"), Given(name="c"))
    except BadLineError:
        return
    assert found["turns"]
