from coachloop.core.model import media

SHA = "ab" + "0" * 62


def test_files_lie_by_the_beginning_of_their_hash():
    """The names that a site's folder has had from the first recording on."""
    assert str(media.recording(SHA, ".wav")) == f"audio/ab/{SHA}.wav"
    assert str(media.browser_copy(SHA, f"{SHA}-1.m4a")) == f"browser/ab/{SHA}-1.m4a"
    assert str(media.clip(7, "0f")) == "clips/7-0f.m4a"
