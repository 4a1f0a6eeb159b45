"""What values of the environment may be; each says what would be right."""

import re
from email.utils import parseaddr
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import available_timezones

import dj_database_url
from pydantic import SecretStr

from coachloop.adapters import notify
from coachloop.core.model.cipher import site_keys
from coachloop.core.model.claims import role_rules
from coachloop.core.model.people import Role


def is_zone(name: str) -> str:
    """An IANA time zone."""
    if name not in available_timezones():
        raise ValueError("is no IANA zone; for example Europe/London")
    return name


def is_folder(path: Path) -> Path:
    """A folder; made where it is not there yet."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ValueError(f"is no folder and can't be made one ({error.strerror})") from error
    return path


def is_database(url: str) -> str:
    """The address of a SQLite or PostgreSQL database, or nothing."""
    if url:
        try:
            known = dj_database_url.parse(url)["ENGINE"].endswith((".sqlite3", ".postgresql"))
        except ValueError:
            known = False
        if not known:
            raise ValueError("is no SQLite or PostgreSQL address; for example postgres://user:password@host:5432/name")
    return url


def is_public_key(key: str) -> str:
    """A public key or certificate, or nothing."""
    if key and ("PRIVATE KEY" in key or not key.strip().startswith(("-----BEGIN ", "{"))):
        raise ValueError("is no public key or certificate as PEM, and no JWK; COACHLOOP_VCON_KEY_FILE names its file")
    return key


def has_holidays(code: str) -> str:
    """A country whose public holidays are known, or nothing."""
    if code:
        import holidays  # noqa: PLC0415 -- a quarter of a second that only a site with a country needs

        try:
            holidays.country_holidays(code)
        except NotImplementedError as error:
            raise ValueError("has no known public holidays; an ISO 3166 code such as GB, or nothing") from error
    return code


def has_regional_holidays(country: str, region: str) -> None:
    """A region with holidays of its own."""
    import holidays  # noqa: PLC0415 -- as above

    if not country:
        raise ValueError("needs COACHLOOP_COUNTRY beside it")
    try:
        holidays.country_holidays(country, subdiv=region)
    except NotImplementedError as error:
        known = ", ".join(getattr(holidays, country).subdivisions) or "none"
        raise ValueError(f"is no region of {country} with holidays of its own; there are {known}") from error


def has_model(setting: str) -> str:
    """A folder with a sentence model, `off`, or nothing."""
    missing = [name for name in ("model.onnx", "tokenizer.json") if not (Path(setting) / name).is_file()]
    if setting not in {"", "off"} and missing:
        raise ValueError(f"is no folder with {' and '.join(missing)}; such a folder, off, or nothing")
    return setting


def is_file(setting: str) -> str:
    """A file that is there, or nothing."""
    if setting and not Path(setting).is_file():
        raise ValueError("is no file that is there")
    return setting


def is_speech_model(setting: str) -> str:
    """A folder, by its slash; `off`; or a name of the catalogue, which may still have to be got."""
    if "/" in setting:
        missing = [
            name for name in ("model.bin", "config.json", "tokenizer.json") if not (Path(setting) / name).is_file()
        ]
        if missing:
            raise ValueError(
                f"is no folder with {' and '.join(missing)}; a Whisper model for faster-whisper, off, or nothing"
            )
    elif setting not in {"", "off"} and not setting.startswith("whisper-"):
        raise ValueError(
            "is no Whisper model; a folder such as ./models/whisper, a name of `coachloop models list`, off, or nothing"
        )
    return setting


def is_server(url: str) -> str:
    """The address of a server, or nothing."""
    if url and not url.startswith(("http://", "https://")):
        raise ValueError("is no address of a server; for example http://localhost:8000/v1")
    return url


def is_address(url: str) -> str:
    """The address of this site, or nothing."""
    parts = urlsplit(url)
    if url and (parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment):
        raise ValueError("is no address of this site; for example https://coachloop.example.org")
    return url.rstrip("/")


def is_demand(setting: str) -> str:
    """Who has to sign in with a code."""
    if setting not in {"optional", "required"} and not set(setting.split(",")) <= set(Role):
        raise ValueError(f"is no such demand; optional, required, or roles of {', '.join(Role)} with commas between")
    return setting


def are_rules(text: str) -> str:
    """Which group gives which role."""
    role_rules(text)
    return text


def are_keys(text: SecretStr) -> SecretStr:
    """Keys of the site, newest first, or nothing."""
    site_keys(text.get_secret_value())
    return text


def is_mail_server(url: SecretStr) -> SecretStr:
    """A mail server, or nothing."""
    if url.get_secret_value():
        notify.mail_server(url.get_secret_value())
    return url


def is_sender(sender: str) -> str:
    """The sender of mail, or nothing."""
    if sender and not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+", parseaddr(sender)[1]):
        raise ValueError("is no sender; for example coachloop@example.org")
    return sender


def are_targets(pairs: SecretStr) -> SecretStr:
    """Targets of messages, by name."""
    notify.targets(pairs.get_secret_value())
    return pairs


def is_place(url: str) -> str:
    """Where media lie, or nothing."""
    if url and not re.fullmatch(r"/.+|s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[^?#]*)?", url):
        raise ValueError("is no place for recordings; a folder such as /srv/media, s3://bucket/prefix, or nothing")
    if url.startswith("s3://") and not find_spec("s3fs"):
        raise ValueError("needs the extra s3: install coachloop[s3]")
    return url.rstrip("/")
