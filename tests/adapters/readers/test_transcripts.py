"""Whisper, Deepgram, AssemblyAI and Contact Lens: invented calls in the shapes that their documentation describes."""

import pytest

from adapters.readers.told import GREETS, WANTS, said, words


def spoken(text, start, *, speaker=None, step=0.25, key="word"):
    """A word after the other with its time, each `step` seconds long."""
    who = {} if speaker is None else {"speaker": speaker}
    return [
        {key: word, "start": start + n * step, "end": start + (n + 1) * step, **who}
        for n, word in enumerate(text.split())
    ]


class TestWhisper:
    """openai-whisper, faster-whisper, WhisperX, the web API."""

    def test_segments_become_turns(self, one):
        """Segments cut sentences: what goes on after less than a second is one turn. Nobody is told apart: nobody is the agent."""
        segments = [
            {"id": 0, "start": 0.0, "end": 2.0, "text": " I'm calling", "words": spoken("I'm calling", 0.0)},
            {"id": 1, "start": 2.5, "end": 4.0, "text": " because you asked."},
            {"id": 2, "start": 7.0, "end": 8.0, "text": " Right."},
        ]
        call = one({"text": "all", "language": "en", "segments": segments}, "c-1.json")
        assert (call["id"], call["language"], call["channel"]) == ("c-1", "en", "voice")
        assert said(call) == [("other", 0.0, 4.0, "I'm calling because you asked."), ("other", 7.0, 8.0, "Right.")]
        assert words(call)[0] == [("I'm", 0.0), ("calling", 0.25)]
        assert call["speakers"] == {"from": "said", "confidence": 0.5, "confirmed": False}

    def test_who_is_the_agent_is_told_by_what_they_say(self, one):
        segments = [
            {"start": 0, "end": 3, "text": WANTS, "speaker": "SPEAKER_00"},
            {"start": 4, "end": 7, "text": GREETS, "speaker": "SPEAKER_01"},
        ]
        call = one({"segments": segments})
        assert [turn["speaker"] for turn in call["turns"]] == ["customer", "agent"]
        assert call["speakers"]["from"] == "said"
        assert 0.5 < call["speakers"]["confidence"] <= 1

    def test_a_segment_is_cut_where_its_words_change_speakers(self, one):
        """WhisperX gives numbers no times and no speaker: they stay in the text, with whoever spoke before."""
        both = [*spoken("Anything else?", 0, speaker="A"), {"word": "12."}, *spoken("No thanks", 2, speaker="B")]
        segments = [{"start": 0, "end": 3, "text": "Anything else? 12. No thanks", "words": both, "speaker": "A"}]
        call = one({"segments": segments, "word_segments": both})
        assert [(start, text) for _, start, _, text in said(call)] == [(0, "Anything else? 12."), (2, "No thanks")]
        assert words(call) == [[("Anything", 0), ("else?", 0.25)], [("No", 2), ("thanks", 2.25)]]

    def test_words_of_a_list_of_their_own_go_to_their_segments(self, one):
        """As the web API gives them; a third list, of places of words, is passed over."""
        segments = [{"start": 0, "end": 1, "text": "One two", "words": [0, 1]}, {"start": 3, "end": 4, "text": "three"}]
        call = one({"segments": segments, "words": spoken("One two", 0) + spoken("three", 3), "language": "en-US"})
        assert words(call) == [[("One", 0), ("two", 0.25)], [("three", 3)]]
        assert call["language"] == "en"

    def test_the_world_transcription_format_tells_its_language_elsewhere(self, one):
        assert (
            one({"transcript": {"language": "de"}, "segments": [{"start": 0, "end": 1, "text": "Ja"}]})["language"]
            == "de"
        )
        assert "language" not in one({"transcript": "Ja", "segments": [{"start": 0, "end": 1, "text": "Ja"}]})

    @pytest.mark.parametrize(
        ("segments", "reason"),
        [
            ([{"start": "soon", "end": 1, "text": "a"}], "segments.0.start"),
            ([{"start": 0, "end": 1e300, "text": "a"}], "segments.0.end"),
            ([{"start": -1, "end": 1, "text": "a"}], "segments.0.start"),
            ([{"start": 0, "end": 1, "text": None}], "segments.0.text"),
            ([{"start": 0, "end": 1, "text": "a", "words": [{"start": 1}]}], "segments.0.words.0.word"),
            (["a"], "segments.0"),
            ([], "holds no words"),
            ([{"start": 0, "end": 1, "text": "  "}], "holds no words"),
        ],
    )
    def test_a_wrong_field_is_named(self, refusal, segments, reason):
        assert reason in refusal({"segments": segments})[1]


def deepgram(*channels, utterances=None):
    """A response with the words of each channel."""
    alternatives = [{"alternatives": [alternative], "detected_language": "en"} for alternative in channels]
    results = {"channels": alternatives} | ({"utterances": utterances} if utterances else {})
    return {"metadata": {"request_id": "r-1", "channels": len(channels)}, "results": results}


class TestDeepgram:
    """Channels, voices, utterances, paragraphs."""

    def test_voices_in_one_channel(self, one):
        heard = spoken("hello there", 0, speaker=0) + spoken("hi", 1, speaker=1) + spoken("how are you", 2, speaker=0)
        heard[0]["punctuated_word"] = "Hello"
        call = one(deepgram({"transcript": "all", "words": heard}))
        assert (call["id"], call["language"]) == ("r-1", "en")
        assert [text for *_, text in said(call)] == ["Hello there", "hi", "how are you"]
        assert words(call)[0] == [("Hello", 0), ("there", 0.25)]
        assert {turn["speaker"] for turn in call["turns"]} == {"agent", "customer"}

    def test_a_channel_each(self, one):
        """Interleaved by time; the agent is in the channel that is configured, unless the words say surely otherwise."""
        left, right = spoken(WANTS, 0) + spoken("Twice.", 20), spoken(GREETS, 10)
        response = deepgram({"transcript": WANTS, "words": left}, {"transcript": GREETS, "words": right})
        call = one(response, agent_channel=2)
        assert [(who, text) for who, _, _, text in said(call)] == [
            ("customer", WANTS),
            ("agent", GREETS),
            ("customer", "Twice."),
        ]
        assert call["speakers"] == {"from": "channels", "confidence": 1.0, "confirmed": False}
        swapped = one(response, agent_channel=1)
        assert [turn["speaker"] for turn in swapped["turns"]] == ["agent", "customer", "agent"]
        assert swapped["speakers"]["confidence"] < 0.5
        assert one(response)["speakers"]["from"] == "said"

    def test_utterances_come_first(self, one):
        utterances = [
            {"start": 1, "end": 2, "transcript": GREETS, "channel": 0, "speaker": 1, "words": spoken("Thank", 1)},
            {"start": 0, "end": 1, "transcript": WANTS, "channel": 0, "speaker": 0, "words": []},
        ]
        call = one(deepgram({"transcript": "x", "words": spoken("x", 0)}, utterances=utterances))
        assert [(who, text) for who, _, _, text in said(call)] == [("customer", WANTS), ("agent", GREETS)]
        both = [dict(utterance, channel=n) for n, utterance in enumerate(utterances)]
        call = one(deepgram({"transcript": ""}, {"transcript": ""}, utterances=both), agent_channel=1)
        assert [who for who, *_ in said(call)] == ["customer", "agent"]

    def test_paragraphs_and_bare_text(self, one):
        sentences = [{"text": "One.", "start": 0, "end": 1}, {"text": "Two.", "start": 1.2, "end": 2}]
        paragraphs = {"paragraphs": [{"sentences": sentences, "speaker": 0}]}
        assert said(one(deepgram({"transcript": "x", "paragraphs": paragraphs}))) == [("other", 0, 2, "One. Two.")]
        assert said(one(deepgram({"transcript": "Only this"}))) == [("other", None, None, "Only this")]

    @pytest.mark.parametrize(
        ("results", "reason"),
        [
            ({"channels": None}, "results.channels"),
            ({"channels": [{"alternatives": [{"words": [{"word": "a", "start": 1}]}]}]}, "words.0.end"),
            ({"channels": [{"alternatives": []}]}, "holds no words"),
            ({"channels": []}, "holds no words"),
        ],
    )
    def test_a_wrong_field_is_named(self, refusal, results, reason):
        assert reason in refusal({"results": results})[1]


class TestAssemblyAI:
    """Speakers, channels, words alone."""

    TURNS = (
        {"speaker": "A", "start": 250, "end": 3200, "text": GREETS, "confidence": 0.9},
        {"speaker": "B", "start": 3500, "end": 6001, "text": WANTS, "confidence": 0.9},
    )

    def transcript(self, **fields):
        return {"id": "t-1", "status": "completed", "audio_url": "https://x", "language_code": "en_us"} | fields

    def test_utterances(self, one):
        turns = [
            dict(self.TURNS[0], words=[{"text": "Thank", "start": 250, "end": 400, "speaker": "A"}]),
            self.TURNS[1],
        ]
        call = one(self.transcript(utterances=turns))
        assert (call["id"], call["language"]) == ("t-1", "en")
        assert said(call) == [("agent", 0.25, 3.2, GREETS), ("customer", 3.5, 6.001, WANTS)]
        assert call["turns"][0]["words"] == [{"text": "Thank", "start": 0.25, "end": 0.4}]

    @pytest.mark.parametrize("flag", ["dual_channel", "multichannel"])
    def test_channels(self, one, flag):
        turns = [dict(turn, channel=str(n), speaker=f"{n}A") for n, turn in enumerate(self.TURNS, 1)]
        call = one(self.transcript(utterances=turns, **{flag: True}), agent_channel=1)
        assert [who for who, *_ in said(call)] == ["agent", "customer"]
        assert call["speakers"]["from"] == "channels"

    def test_the_sidecar_may_say_who_is_the_agent(self, one, read, tmp_path):
        (tmp_path / "call.json.json").write_text(
            '{"id": "c-9", "agent_id": "a-1", "agent_speaker": "b", "team": "north"}'
        )
        call = one(self.transcript(utterances=self.TURNS))
        assert (call["id"], call["agent_id"], call["team"]) == ("c-9", "a-1", "north")
        assert [who for who, *_ in said(call)] == ["customer", "agent"]
        assert call["speakers"] == {"from": "given", "confidence": 1.0, "confirmed": False}
        assert "agent_speaker" not in call
        (tmp_path / "call.json.json").write_text('{"agent_speaker": "C"}')
        assert "is none of its speakers: A, B" in read(self.transcript(utterances=self.TURNS))[1][0][1]

    def test_without_speakers(self, one):
        heard = [
            dict(word, start=word["start"] * 1000, end=word["end"] * 1000) for word in spoken("Hi all", 0, key="text")
        ]
        assert said(one(self.transcript(utterances=None, words=heard))) == [("other", 0, 0.5, "Hi all")]
        assert said(one(self.transcript(text="Hi all"))) == [("other", None, None, "Hi all")]

    @pytest.mark.parametrize(
        ("fields", "reason"),
        [
            ({"status": "error", "error": "no sound"}, "its transcription is not there: no sound"),
            ({"status": "queued"}, "queued"),
            ({"utterances": [{"speaker": "A", "start": 0, "end": "x", "text": "a"}]}, "utterances.0.end"),
            ({"utterances": []}, "holds no words"),
        ],
    )
    def test_what_is_not_there_is_said(self, refusal, fields, reason):
        assert reason in refusal(self.transcript(**fields))[1]


class TestContactLens:
    """Calls and chats of Amazon Connect."""

    def file(self, turns, **fields):
        people = {"p-c": "CUSTOMER", "p-a": "AGENT", "p-s": "SYSTEM"}
        return {
            "Version": "1.1.0",
            "Channel": "VOICE",
            "JobStatus": "COMPLETED",
            "LanguageCode": "en-US",
            "Participants": [{"ParticipantId": key, "ParticipantRole": role} for key, role in people.items()],
            "Categories": {"MatchedCategories": ["Cancellation"], "MatchedDetails": {}},
            "ContentMetadata": {"Output": "Redacted", "RedactionTypes": ["PII"]},
            "CustomerMetadata": {"ContactId": "k-1"},
            "Transcript": turns,
        } | fields

    def turn(self, who, begin, text, **fields):
        return {
            "ParticipantId": who,
            "Id": "i",
            "BeginOffsetMillis": begin,
            "EndOffsetMillis": begin + 900,
            "Content": text,
        } | fields

    def test_a_call(self, one):
        issue = {"IssuesDetected": [{"CharacterOffsets": {"BeginOffsetChar": 0}, "Text": "declined"}]}
        call = one(self.file([self.turn("p-c", 1000, "My card was [PII]", **issue), self.turn("p-a", 0, "Hello")]))
        assert (call["id"], call["language"], call["channel"]) == ("k-1", "en", "voice")
        assert said(call) == [("agent", 0, 0.9, "Hello"), ("customer", 1, 1.9, "My card was [PII]")]
        assert call["speakers"] == {"from": "given", "confidence": 1.0, "confirmed": False}
        assert call["contact_lens"] == {"categories": ["Cancellation"], "issues": ["declined"], "output": "Redacted"}

    def test_a_chat(self, one):
        """Its times are of the day; joining and leaving is not said by anybody."""

        def message(second, who, text, *, kind="MESSAGE"):
            at = f"2026-05-04T09:00:{second:02}.000Z"
            return {"AbsoluteTime": at, "ParticipantId": who, "Content": text, "Type": kind, "Id": "i"}

        turns = [message(1, "p-s", "joined", kind="EVENT"), message(2, "p-c", "Hi"), message(7, "p-a", "Hello")]
        turns.append(message(9, "p-s", "You are number 1"))
        call = one(self.file(turns, Channel="CHAT"))
        assert (call["channel"], call["started_at"]) == ("chat", "2026-05-04T09:00:02+00:00")
        assert said(call) == [
            ("customer", 0, None, "Hi"),
            ("agent", 5, None, "Hello"),
            ("other", 7, None, "You are number 1"),
        ]

    @pytest.mark.parametrize(
        ("fields", "reason"),
        [
            ({"JobStatus": "FAILED"}, "JobStatus is FAILED"),
            ({"CustomerMetadata": {}}, "CustomerMetadata.ContactId"),
            ({"Transcript": [{"ParticipantId": "p", "BeginOffsetMillis": 1e99, "Content": "a"}]}, "BeginOffsetMillis"),
            (
                {"Transcript": [{"ParticipantId": "p", "AbsoluteTime": "noon", "Content": "a"}]},
                "is no time, got 'noon'",
            ),
            ({"Transcript": None}, "Transcript"),
            ({"Transcript": []}, "holds no words"),
            ({"Participants": 3}, "Participants"),
        ],
    )
    def test_what_is_wrong_is_said(self, refusal, fields, reason):
        assert reason in refusal(self.file([self.turn("p-a", 0, "Hello")], **fields))[1]
