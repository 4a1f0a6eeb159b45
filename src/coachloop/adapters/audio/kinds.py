"""What kind of file a recording is, told by its content: a name proves nothing, and nobody may make us guess."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from coachloop.core.hearing.port import CantTranscribeError

HEAD = 64 * 1024
TAKEN = "wav, mp3, flac, ogg (Vorbis, Opus), m4a, aac, webm, au and gsm"


class BadRecordingError(CantTranscribeError, ValueError):
    """A file that can't be taken as a recording; the message says why and the way out."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A container: the one demuxer that may open it, and what its files are called.

    `slack` is how far its own clock may be off, in seconds: containers that count samples are exact, others round.
    """

    name: str
    demuxer: str
    suffixes: tuple[str, ...]
    slack: float = 0.0

    @property
    def suffix(self) -> str:
        """What a file of this kind is called here."""
        return self.suffixes[0]


WAV = Kind("wav", "wav", (".wav", ".wave"))
MP3 = Kind("mp3", "mp3", (".mp3", ".mpga"))
FLAC = Kind("flac", "flac", (".flac",))
OGG = Kind("ogg", "ogg", (".ogg", ".oga", ".opus", ".ogv"))
MP4 = Kind("mp4", "mov", (".m4a", ".mp4", ".m4b", ".mov", ".3gp", ".3g2", ".m4v"), slack=0.1)
AAC = Kind("aac", "aac", (".aac",))
WEBM = Kind("webm", "matroska", (".webm", ".mka", ".mkv"), slack=0.1)
AU = Kind("au", "au", (".au", ".snd"))
GSM = Kind("gsm", "gsm", (".gsm",))

_ENCRYPTED = "this is encrypted ({}): decrypt it first, and bring the recording in it"
_REFUSED: Mapping[bytes, str] = MappingProxyType(
    {
        rb"%PDF": "this is a PDF document, not a recording",
        rb"PK\x03\x04..[\x01\x03\x05\x07\x09\x0b\x0d\x0f]": _ENCRYPTED.format("a zip archive with a password"),
        rb"PK[\x03\x05]": "this is a zip archive: unpack it, and bring the recordings in it",
        rb"\x1f\x8b|BZh|\xfd7zXZ|7z\xbc\xaf|Rar!|\x28\xb5\x2f\xfd": "this is an archive: unpack it, and bring the recordings in it",
        rb"-----BEGIN PGP|age-encryption\.org|Salted__|\x8c\x0d\x04|[\x84\x85\xc1].{1,2}\x03": _ENCRYPTED.format(
            "PGP, age or OpenSSL"
        ),
        rb"\x89PNG|\xff\xd8\xff|GIF8|RIFF....WEBP|BM....\x00\x00\x00\x00|II\*\x00|MM\x00\*": "this is a picture, not a recording",
        rb"....ftyp(avif|heic|heix|mif1|msf1)": "this is a picture, not a recording",
        rb"RIFF....AVI |\x00\x00\x01[\xba\xb3]|FLV\x01": f"this is a kind of video that is not taken: export its sound as one of {TAKEN}",
        rb"FORM....AIF|#!AMR|\x30\x26\xb2\x75|caff|MThd|wvpk|MAC |\.ra\xfd|\.RMF|OMA|ea3": (
            f"this is a kind of sound that is not taken: convert it to one of {TAKEN}"
        ),
        rb"\s*(#EXTM3U|\[playlist\]|ffconcat|<\?xml|<asx)": "this is a playlist or a document that names other files: bring the recordings themselves",
    }
)
_SIGNS: Mapping[bytes, Kind] = MappingProxyType(
    {
        rb"(RIFF|RIFX|RF64|BW64)....WAVE": WAV,
        rb"fLaC": FLAC,
        rb"OggS\x00": OGG,
        rb"....(ftyp|moov|mdat|wide|free|skip)": MP4,
        rb"\x1a\x45\xdf\xa3": WEBM,
        rb"\.snd": AU,
    }
)
_MP3_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_MP3_KBITS = {
    True: (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    False: (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_GSM_FRAME = 33
_MOST_TAGS = 4


def recognise(path: Path) -> Kind:
    """The kind of a file, from its first bytes.

    Raises:
        BadRecordingError: it is no kind of sound that is taken here.
    """
    with path.open("rb") as file:
        head = file.read(HEAD)
        tagged = 0
        for _ in range(_MOST_TAGS):  # cover pictures may be larger than what we look at
            length = _tag(head)
            if not length:
                break
            tagged += length
            file.seek(tagged)
            head = file.read(HEAD)
    if not head.strip(b"\x00"):
        raise BadRecordingError(_nothing(tagged + len(head)))
    for sign, why in _REFUSED.items():
        if re.match(sign, head, re.DOTALL):
            raise BadRecordingError(why)
    found = next((kind for sign, kind in _SIGNS.items() if re.match(sign, head, re.DOTALL)), None) or _frames(head)
    if found is None:
        raise BadRecordingError(_unknown(head))
    return found


def _nothing(size: int) -> str:
    return "the file holds nothing but zeros" if size else "the file is empty"


def _unknown(head: bytes) -> str:
    if _is_text(head[:4096]):
        return "this is a text, not a recording"
    return (
        f"this is not a kind of sound that is known here: {TAKEN} are. "
        "Sound without a header can be given one (`sox -t ul -r 8000 -c 1 call.ul call.wav`); "
        "what is encrypted must be decrypted first"
    )


def _is_text(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    strange = sum(byte < 32 and byte not in b"\t\n\r\f\x1b" for byte in head)
    return strange == 0


def _tag(head: bytes) -> int:
    """The length of the ID3 tag that begins here, 0 where none does."""
    if not re.match(rb"ID3[\x02-\x04].{2}[\x00-\x7f]{4}", head, re.DOTALL):
        return 0
    a, b, c, d = head[6:10]
    return 10 + (a << 21 | b << 14 | c << 7 | d)


def _frames(head: bytes) -> Kind | None:
    """Streams without a header of the whole: three frames must follow each other."""
    if _follow(head, 0, _gsm_frame):
        return GSM
    for sync in re.finditer(rb"\xff[\xe0-\xff]", head[:8192]):
        if _follow(head, sync.start(), _mp3_frame):
            return MP3
        if _follow(head, sync.start(), _aac_frame):
            return AAC
    return None


def _follow(head: bytes, at: int, frame: Callable[[bytes], int]) -> bool:
    for _ in range(3):
        length = frame(head[at : at + 7])
        if not length:
            return False
        at += length
    return True


def _mp3_frame(header: bytes) -> int:
    """Bytes of the MPEG layer III frame with this header, 0 where it is none."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE6 != 0xE2:
        return 0
    version, bits, rate = header[1] >> 3 & 3, header[2] >> 4, header[2] >> 2 & 3
    if version not in _MP3_RATES or not 0 < bits < 15 or rate == 3:
        return 0
    samples = 144 if version == 3 else 72
    return samples * 1000 * _MP3_KBITS[version == 3][bits - 1] // _MP3_RATES[version][rate] + (header[2] >> 1 & 1)


def _aac_frame(header: bytes) -> int:
    """Bytes of the ADTS frame with this header, 0 where it is none."""
    if len(header) < 7 or header[0] != 0xFF or header[1] & 0xF6 != 0xF0:
        return 0
    length = (header[3] & 3) << 11 | header[4] << 3 | header[5] >> 5
    return length if length >= 7 else 0


def _gsm_frame(header: bytes) -> int:
    """A raw GSM frame has one length, and begins with the same four bits."""
    return _GSM_FRAME if header[:1] and header[0] >> 4 == 0xD else 0
