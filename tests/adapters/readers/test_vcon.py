import gzip
import json

import pytest

from adapters.readers.told import GREETS, WANTS, said, words
from adapters.readers.vcons import AGENT, CUSTOMER, UUID, b64, call, sha512, stereo, text, transcript, vcon
from coachloop.adapters.outside import AddressRefusedError, Outside
from coachloop.adapters.readers import vcon_content
from coachloop.adapters.readers.conversations import lines
from coachloop.adapters.readers.vcon_content import Trust
from coachloop.core.model.recording import Recording

WAV = b"RIFF$\x00\x00\x00WAVEfmt "


def test_a_chat(one):
    """Messages in the order of their times, from whoever wrote them; what is marked as the agent's is."""
    dialogs = [
        text(1, "Hello Ms Berg", 30, duration=4),
        text(0, "Hi", 5),
        text(0, "<p>It <b>broke</b></p><script>x</script>&amp; how", 40, mediatype="text/html; charset=UTF-8"),
        text(0, b64(b"bye"), 50, encoding="base64url", parties=[1, 0], originator=0),
    ]
    found = one(vcon(dialog=dialogs, subject="A phone"))
    assert said(found) == [
        ("customer", 0, None, "Hi"),
        ("agent", 25, 29, "Hello Ms Berg"),
        ("customer", 35, None, "It broke\n& how"),
        ("customer", 45, None, "bye"),
    ]
    assert {
        name: found[name] for name in ("id", "channel", "agent_id", "agent_name", "customer_id", "customer_name")
    } == {
        "id": UUID,
        "channel": "chat",
        "agent_id": "a-7",
        "agent_name": "Lea Rossi",
        "customer_id": "+442079460000",
        "customer_name": "Ms Berg",
    }
    assert (found["started_at"], found["subject"]) == ("2026-05-04T09:38:05+00:00", "A phone")
    assert found["speakers"] == {"from": "given", "confidence": 1.0, "confirmed": False}
    assert found["vcon"]["parties"] == [CUSTOMER, AGENT]


def test_a_mail_thread(one):
    """Nobody is marked: what they say tells who is the agent. Parts that are no text are left."""
    parties = [{"mailto": "mailto:berg@example.com"}, {"mailto": "help@example.org"}]
    mixed = 'Content-Type: text/plain; charset="utf-8"\r\n\r\n' + WANTS + "\r\n"
    mixed = f"--x\r\n{mixed}--x\r\nContent-Type: image/png\r\n\r\nxx\r\n--x--\r\n"
    dialogs = [text(0, mixed, 1, mediatype='multipart/mixed; boundary="x"'), text(1, GREETS, 2)]
    found = one(vcon(parties=parties, dialog=dialogs))
    assert found["channel"] == "email"
    assert [(who, words.strip()) for who, _, _, words in said(found)] == [("customer", WANTS), ("agent", GREETS)]
    assert found["speakers"]["from"] == "said"
    html = "Subject: x\nContent-Type: text/html\n\n<p>Hello<br>there</p>"
    found = one(vcon(parties=parties, dialog=[text(0, html, 1, mediatype="message/rfc822")]))
    assert said(found)[0][3] == "Hello\nthere"


def test_a_transcript_by_channel(one):
    """The recording's channels tell the parties; times are the conversation's; who began it tells the direction."""
    late = call(start="2026-05-04T09:38:30Z", skill="billing")
    dialogs = [text(0, "Please call me", 0, type="text"), late]
    found = one(vcon(dialog=dialogs, analysis=[transcript(stereo(), dialog=[1])]))
    assert [(who, start, text) for who, start, _, text in said(found)] == [
        ("customer", 0, "Please call me"),
        ("agent", 31, GREETS),
        ("customer", 36, WANTS),
    ]
    assert words(found)[1][:2] == [("Thank", 31.0), ("you", 31.25)]
    assert (found["channel"], found["queue"], found["direction"]) == ("voice", "billing", "inbound")


PLAIN = [{"speaker": "Ms Berg", "message": WANTS, "start": 2}, {"speaker": "lea rossi", "message": GREETS, "start": 1}]


@pytest.mark.parametrize(
    ("body", "more"),
    [
        (PLAIN, {}),
        ({"turns": PLAIN}, {}),
        (json.dumps({"utterances": [{"speaker": "Ms Berg", "text": WANTS, "start": 9, "end": 9}]}), {}),
        (
            {"segments": [{"speaker": "Ms Berg", "text": WANTS, "start": 9, "end": 9, "words": [0]}]},
            {"type": "wtf_transcription"},
        ),
        (f"Ms Berg: {WANTS}\n\nLea Rossi: {GREETS}\nMs Berg: Ok\nLea Rossi: Sure", {"encoding": "none"}),
        (f"WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ms Berg>{WANTS}\n", {"encoding": "none", "mediatype": "text/vtt"}),
        (b64(json.dumps(PLAIN).encode()), {"encoding": "base64url"}),
        ({"transcript": f"Ms Berg: {WANTS}\nMs Berg: Ok"}, {}),
        (stereo()["results"]["channels"][0]["alternatives"][0], {}),
    ],
)
def test_transcripts_of_several_shapes(one, body, more):
    """Names of parties tell who speaks; without any, nobody is guessed to be the agent."""
    found = one(vcon(dialog=[call()], analysis=[transcript(body, **more)]))
    who = {turn["speaker"] for turn in found["turns"] if turn["text"].startswith(WANTS)}
    assert who == ({"other"} if "words" in body and isinstance(body, dict) else {"customer"})
    assert all(turn["speaker"] == "agent" for turn in found["turns"] if turn["text"] == GREETS)


def test_the_first_transcript_of_a_dialog_counts(one):
    again = [transcript(PLAIN), transcript({"text": "x"}), transcript({"no": "shape"}, type="summary")]
    assert len(one(vcon(dialog=[call()], analysis=again))["turns"]) == 2


def test_transcripts_of_several_dialogs(one):
    """Their own names for speakers are not one another's."""
    pieces = [{"speaker": "0", "text": GREETS, "start": 0}, {"speaker": "1", "text": WANTS, "start": 5}]
    dialogs = [call(), call(start="2026-05-04T09:39:00Z")]
    found = one(vcon(parties=[], dialog=dialogs, analysis=[transcript(pieces, 0), transcript(pieces, 1)]))
    assert [start for _, start, _, _ in said(found)] == [0, 5, 60, 65]
    assert found["speakers"]["from"] == "said"


def test_what_it_holds_beside_is_kept_without_large_bodies(one):
    attachments = [
        {"purpose": "note", "body": "short", "encoding": "none"},
        {"purpose": "scan", "body": "x" * 200_000},
        None,
    ]
    analysis = [{"type": "summary", "vendor": "v", "body": "It broke", "encoding": "none"}, transcript(PLAIN)]
    found = one(vcon(dialog=[call(), {}, None], analysis=analysis, attachments=attachments, extensions=["CC"]))
    assert found["vcon"]["attachments"] == [attachments[0], {"purpose": "scan"}]
    assert found["vcon"]["analysis"] == analysis[:1]
    assert found["vcon"]["extensions"] == ["CC"]


class TestRecordings:
    """Inline and elsewhere."""

    def test_inline(self, one, tmp_path):
        """The file's name is its hash: a vCon names no file of ours."""
        inline = call(body=b64(WAV), encoding="base64url", mediatype="audio/x-wav", filename="../../etc/passwd")
        found = one(vcon(dialog=[inline]), trust=Trust(media=tmp_path))
        assert (tmp_path / found["audio"]).read_bytes() == WAV
        assert found["audio"].startswith(str(tmp_path))
        assert found["audio"].endswith(".wav")
        assert "turns" not in found
        assert not list(tmp_path.glob(".vcon*"))

    def test_with_a_transcript_both_are_taken(self, one, tmp_path):
        both = vcon(dialog=[call(body=b64(WAV), filename="a.OGG")], analysis=[transcript(PLAIN)])
        assert one(both, trust=Trust(media=tmp_path))["audio"].endswith(".ogg")
        assert "audio" not in one(both)

    def test_whoever_keeps_recordings_takes_it_over(self, tmp_path):
        """The line names it by its digest, and goes with it; its file is deleted, whether it was taken or not."""
        seen = []

        def keep(path):
            seen.append(path.read_bytes())
            if len(seen) > 1:
                raise ValueError("no sound in it")
            return Recording(path.stem, ".wav", path.name, "pcm", 1.0, 1, 8000, len(WAV))

        (tmp_path / "media").mkdir()
        trust = Trust(media=tmp_path / "media", keep=keep)
        path = tmp_path / "c.json"
        path.write_text(json.dumps(vcon(dialog=[call(body=b64(WAV), mediatype="audio/wav")])))
        (line,) = lines(path, trust=trust)
        document = json.loads(line.raw)
        assert document["audio"] == line.recording.name == f"{document['audio_sha256']}.wav"
        (refused,) = lines(path, trust=trust)
        assert refused.reason == "its recording: no sound in it"
        assert seen == [WAV, WAV]
        assert not list((tmp_path / "media").iterdir())

    @pytest.mark.parametrize(
        ("dialogs", "reason"),
        [
            ([call(body=b64(WAV))], "recordings are not taken here"),
            ([call(body=b64(WAV)), call(body=b64(WAV))], "holds 2 recordings and no transcript"),
            ([call()], "neither a text, nor a transcript, nor a recording"),
            ([call(type="incomplete", disposition="busy")], "holds no conversation: 'busy'"),
            ([], "holds no conversation"),
        ],
    )
    def test_what_cant_be_taken_says_why(self, refusal, dialogs, reason):
        assert reason in refusal(vcon(dialog=dialogs))[1]

    @pytest.mark.parametrize(
        ("fields", "reason"),
        [
            ({"body": "no/base64!"}, "is no base64url"),
            ({"body": {"a": 1}}, "body: expected base64url text, got dict"),
            ({"body": "x", "encoding": "none"}, "a recording's body must be base64url"),
            ({"body": "x", "encoding": "rot13"}, "encoding: must be base64url, json or none, got 'rot13'"),
        ],
    )
    def test_a_body_that_is_none(self, refusal, tmp_path, *, fields, reason):
        recording = call(**({"mediatype": "audio/x-wav"} | fields))
        assert reason in refusal(vcon(dialog=[recording]), trust=Trust(media=tmp_path))[1]

    def test_a_folder_that_is_not_there(self, refusal, tmp_path):
        recording = call(body=b64(WAV), mediatype="audio/ogg")
        assert "can't be stored" in refusal(vcon(dialog=[recording]), trust=Trust(media=tmp_path / "no"))[1]


@pytest.fixture
def outside(monkeypatch):
    """An Outside that answers with what is laid under an address."""
    laid = {}

    def blocks(_self, address):
        if address not in laid:
            raise AddressRefusedError("recordings.example.org answers 404")
        yield laid[address][:3]
        yield laid[address][3:]

    monkeypatch.setattr(Outside, "blocks", blocks)
    return laid, Outside(
        seconds=1,
        most_bytes=1000,
        example="https://recordings.example.org/1.wav",
        own_hosts_setting="COACHLOOP_VCON_OWN_HOSTS",
        only=frozenset({"recordings.example.org"}),
        only_setting="COACHLOOP_VCON_HOSTS",
    )


URL = "https://recordings.example.org/1.wav"


class TestElsewhere:
    """What lies at an address is taken with its hash alone."""

    @pytest.mark.parametrize(
        "hashed",
        [
            {"content_hash": sha512(WAV)},
            {"content_hash": ["md5-x", sha512(WAV)]},
            {"alg": "SHA-512", "signature": sha512(WAV).partition("-")[2]},
        ],
    )
    def test_by_url_with_its_hash(self, one, outside, *, tmp_path, hashed):
        laid, reader = outside
        laid[URL] = WAV
        found = one(vcon(dialog=[call(url=URL, **hashed)]), trust=Trust(outside=reader, media=tmp_path))
        assert (tmp_path / found["audio"]).read_bytes() == WAV

    @pytest.mark.parametrize(
        ("part", "reason"),
        [
            ({"content_hash": sha512(b"else")}, "is not what it was: its hash is another"),
            ({}, "no hash; what lies elsewhere is taken with a content_hash"),
            ({"content_hash": "md5-abc"}, "has md5"),
            ({"alg": "LMOTS_SHA256_N32_W8", "signature": "x"}, "has LMOTS"),
            ({"content_hash": "sha512-!!"}, "is no base64url"),
            ({"content_hash": sha512(WAV), "url": "https://recordings.example.org/2.wav"}, "answers 404"),
        ],
    )
    def test_without_it_nothing_is_taken(self, refusal, outside, *, tmp_path, part, reason):
        laid, reader = outside
        laid[URL] = WAV
        found = refusal(vcon(dialog=[call(**({"url": URL} | part))]), trust=Trust(outside=reader, media=tmp_path))
        assert reason in found[1]
        assert not [path for path in tmp_path.iterdir() if path.name != "call.json"]

    def test_a_transcript_elsewhere(self, one, refusal, outside):
        laid, reader = outside
        laid[URL] = json.dumps(PLAIN).encode()
        part = {"type": "transcript", "dialog": 0, "vendor": "v", "url": URL, "content_hash": sha512(laid[URL])}
        assert len(one(vcon(dialog=[call()], analysis=[part]), trust=Trust(outside=reader))["turns"]) == 2
        assert "COACHLOOP_VCON_HOSTS" in refusal(vcon(dialog=[call()], analysis=[part]))[1]

    def test_a_host_that_is_not_listed_is_not_asked(self, one, refusal, tmp_path):
        """Where there are words the recording is left; without them that is the reason."""
        reader = Outside(
            seconds=1,
            most_bytes=9,
            example="x",
            own_hosts_setting="y",
            only=frozenset(),
            only_setting="COACHLOOP_VCON_HOSTS",
        )
        trust = Trust(outside=reader, media=tmp_path)
        recording = call(url=URL, content_hash=sha512(WAV))
        assert (
            "is not asked; an operator can allow it with COACHLOOP_VCON_HOSTS"
            in refusal(vcon(dialog=[recording]), trust=trust)[1]
        )
        assert "audio" not in one(vcon(dialog=[recording], analysis=[transcript(PLAIN)]), trust=trust)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (vcon(critical=["CC", "secret"]), "needs extensions that are not known here: secret"),
        ({"vcon": "0.3.0", "uuid": UUID, "must_support": ["x"]}, "not known here: x"),
        (vcon(uuid=None), "uuid"),
        (vcon(parties=3), "parties"),
        (vcon(dialog=[text(0, "a", 1, start="noon")]), "dialog.start: is no time, got 'noon'"),
        (vcon(dialog=[text(0, "a", 1, duration=-1)]), "dialog.0.duration"),
        (vcon(dialog=[text(0, "x" * 5_000_001, 1)]), "holds a text of 5,000,001 characters"),
        (vcon(dialog=[text(0, b64(b"\xff"), 1, encoding="base64url")]), "not UTF-8"),
        (vcon(dialog=[text(0, "a", 1, encoding="json"), text(0, "[", 2, encoding="json")]), "not JSON"),
        (vcon(dialog=[call()], analysis=[transcript({"no": "shape"})]), "no shape that is known: no"),
        (
            vcon(dialog=[text(0, "boundary=x\n" * 51, 1, mediatype="multipart/mixed")]),
            "more than 50 parts in one another",
        ),
        (vcon(dialog=[call()], analysis=[transcript(3)]), "must be text or JSON, got int"),
        (vcon(dialog=[call()], analysis=[transcript([{"speaker": "A"}])]), "pieces.0"),
        ({"ciphertext": "x", "recipients": []}, "is encrypted; decrypt it where its key is"),
    ],
)
def test_what_cant_be_read_says_why(refusal, data, reason):
    assert reason in refusal(data)[1]


@pytest.mark.parametrize("version", ["0.0.1", "0.0.2", "0.3.0", None])
def test_older_names_are_known(one, version):
    """`mimetype`, and no version at all, as it will be."""
    old = text(0, "Hi", 1)
    old["mimetype"] = old.pop("mediatype")
    made = vcon(dialog=[old], vcon=version)
    assert one({name: value for name, value in made.items() if value is not None})["turns"][0]["text"] == "Hi"


def test_parties_that_are_not_there_do_no_harm(one):
    dialogs = [
        text(0, "a", 1, parties=7),
        text(0, "b", 2, parties=[[0, 1]]),
        text(0, "c", 3, parties=None, originator=-1),
    ]
    found = one(vcon(parties=[{}, {"name": "x"}, {"name": "x"}, {"type": "bot"}], dialog=dialogs))
    assert [who for who, *_ in said(found)] == ["other"] * 3


def test_what_unpacks_endlessly_is_left(monkeypatch):
    """No more is unpacked than is read, whatever the stream would hold."""
    monkeypatch.setattr(vcon_content, "MOST_TEXT", 1000)
    assert len(vcon_content.unpacked(gzip.compress(bytes(1000)))) == 1000
    with pytest.raises(ValueError, match="unpacks to more than"):
        vcon_content.unpacked(gzip.compress(bytes(1001)))
    for broken in (b"\x1f\x8bx", gzip.compress(b"abc")[:-3]):
        with pytest.raises(ValueError, match="gzip stream is broken"):
            vcon_content.unpacked(broken)
