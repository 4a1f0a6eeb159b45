"""The environment, read once and loudly: a wrong value stops the start with its name and what would be right."""

import os
import sys
from difflib import get_close_matches
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from coachloop.project.values import (
    are_keys,
    are_rules,
    are_targets,
    has_holidays,
    has_model,
    has_regional_holidays,
    is_address,
    is_database,
    is_demand,
    is_file,
    is_folder,
    is_mail_server,
    is_place,
    is_public_key,
    is_sender,
    is_server,
    is_speech_model,
    is_zone,
)


class Config(BaseSettings):
    """What the operator may set. Every variable is `COACHLOOP_` and the name below; a secret may come from NAME_FILE."""

    model_config = SettingsConfigDict(env_prefix="COACHLOOP_", extra="ignore", validate_default=True)

    home: Annotated[Path, AfterValidator(is_folder)] = Field(
        default=Path("var"), description="where SQLite, media and models live"
    )
    secret_key: SecretStr | None = Field(default=None, description="signs sessions; made once in HOME if not set")
    encryption_key: Annotated[SecretStr, AfterValidator(are_keys)] = Field(
        default=SecretStr(""),
        description="encrypts words in the database; several, the newest first, or off before them",
    )
    database_url: Annotated[str, AfterValidator(is_database)] = Field(
        default="", validation_alias="DATABASE_URL", description="SQLite in HOME if not set"
    )
    hosts: str = Field(default="localhost,127.0.0.1,[::1]", description="host names served, with commas between")
    https: bool = Field(default=False, description="served over HTTPS: cookies are sent over it alone")
    timezone: Annotated[str, AfterValidator(is_zone)] = Field(default="UTC", description="the first site's zone")
    country: Annotated[str, AfterValidator(has_holidays)] = Field(
        default="", pattern="^([A-Z]{2})?$", description="its ISO 3166 country, for public holidays"
    )
    region: str = Field(default="", max_length=10, description="its region in that country, such as BY; for holidays")
    calendar_hosts: str = Field(
        default="", description="hosts inside the own network whose calendars may be read, with commas between"
    )
    api_requests_a_minute: int = Field(default=600, ge=0, description="the most a minute of one API token; 0: no limit")
    webhook_hosts: str = Field(
        default="", description="hosts inside the own network that may be told of events, with commas between"
    )
    demo: bool = Field(default=False, description="offer the roles by one click instead of a password")
    worker: bool = Field(default=True, description="run a worker inside `serve`")
    workers: int = Field(default=1, ge=1, le=64, description="processes of one `worker`")
    embeddings: Annotated[str, AfterValidator(has_model)] = Field(
        default="", description="folder with a sentence model, or off; HOME/models/minilm if not set"
    )
    log_level: str = Field(default="WARNING", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="how much is logged")
    log_format: str = Field(default="text", pattern="^(text|json)$", description="how a line of the log looks")
    access_log: bool = Field(default=False, description="a line of the log for each request, without its address")
    metrics_token: SecretStr = Field(
        default=SecretStr(""), description="who has it reads /metrics; nothing: nobody does"
    )
    drain_seconds: float = Field(
        default=0, ge=0, le=300, description="told to end, how long `serve` says so at /ready before it does"
    )
    web_processes: int = Field(default=1, ge=1, le=64, description="processes of one `serve` that answer")
    judge_url: Annotated[str, AfterValidator(is_server)] = Field(
        default="", description="an OpenAI-compatible server, with its /v1; nothing: no judge"
    )
    judge_model: str = Field(default="", max_length=200, description="the model's name at that server")
    judge_key: SecretStr = Field(default=SecretStr(""), description="the key that the server wants")
    judge_price_in: float = Field(default=0, ge=0, allow_inf_nan=False, description="money for a million tokens asked")
    judge_price_out: float = Field(default=0, ge=0, allow_inf_nan=False, description="money for a million answered")
    judge_currency: str = Field(default="USD", pattern="^[A-Z]{3}$", description="of the prices, ISO 4217")
    judge_money_a_day: float = Field(
        default=0, ge=0, allow_inf_nan=False, description="the most of it a day; 0: no limit"
    )
    judge_requests_a_day: int = Field(default=0, ge=0, description="the most requests a day; 0: no limit")
    judge_requests_a_minute: int = Field(
        default=0, ge=0, description="the most a minute, of all processes; 0: no limit"
    )
    judge_concurrency: int = Field(default=4, ge=1, le=256, description="requests under way at once, of one process")
    judge_window_tokens: int = Field(default=8000, ge=500, le=1_000_000, description="of a call, the most in a request")
    judge_timeout: float = Field(default=120, gt=0, le=3600, description="seconds to wait for an answer")

    speech: Annotated[str, AfterValidator(is_speech_model)] = Field(
        default="", max_length=1000, description="folder or name of a Whisper model, or off; whisper-base if not set"
    )
    speech_url: Annotated[str, AfterValidator(is_server)] = Field(
        default="", description="an OpenAI-compatible server that transcribes, with its /v1, instead of a model here"
    )
    speech_model: str = Field(default="", max_length=200, description="the model's name at that server")
    speech_key: SecretStr = Field(default=SecretStr(""), description="the key that the server wants")
    speech_requests_a_minute: int = Field(
        default=0, ge=0, description="the most a minute, of all processes; 0: no limit"
    )
    speech_language: str = Field(
        default="",
        pattern="^([a-z]{2,3})?$",
        description="ISO 639-1, where all calls are in one language; else detected",
    )
    speech_words: str = Field(
        default="",
        max_length=2000,
        description="names and products of the centre that are likely to be said, with commas",
    )
    speech_threads: int = Field(default=0, ge=0, le=256, description="cores for transcription; 0: all there are")
    voices_segmentation: Annotated[str, AfterValidator(is_file)] = Field(
        default="", description="sherpa-onnx's segmentation model, to tell voices in one channel apart"
    )
    voices_embedding: Annotated[str, AfterValidator(is_file)] = Field(
        default="", description="the speaker embedding model that goes with it"
    )
    agent_channel: int = Field(default=1, ge=1, le=2, description="where the agent speaks in stereo: 1 left, 2 right")
    recording_megabytes: int = Field(default=2000, ge=1, le=100_000, description="the largest recording taken")
    recording_hours: float = Field(default=6, gt=0, le=48, description="the longest recording taken")
    watch: str = Field(
        default="", max_length=1000, description="a folder whose recordings and transcripts are taken in"
    )
    vcon_key: Annotated[str, AfterValidator(is_public_key)] = Field(
        default="", description="the public RSA key of whoever signs vCons that come in, as PEM or JWK"
    )
    vcon_hosts: str = Field(
        default="", description="hosts that recordings of vCons may be fetched from, with commas between"
    )
    vcon_own_hosts: str = Field(default="", description="such hosts inside the own network, with commas between")
    media: Annotated[str, AfterValidator(is_place)] = Field(
        default="",
        max_length=1000,
        description="where recordings lie: a folder, or s3://bucket/prefix; HOME/media if not set",
    )
    media_endpoint: Annotated[str, AfterValidator(is_server)] = Field(
        default="", description="the store's address where it is not Amazon's, such as http://minio:9000"
    )
    media_key: SecretStr = Field(
        default=SecretStr(""), description="the store's access key; AWS_… or the machine's role if not set"
    )
    media_secret: SecretStr = Field(default=SecretStr(""), description="the secret that goes with it")
    masking: str = Field(
        default="display",
        pattern="^(display|always|off)$",
        description="card numbers and the like: display masks what is shown, always keeps nothing else, off",
    )
    masking_names: bool = Field(default=False, description="the customer's name as well, where it is given")

    address: Annotated[str, AfterValidator(is_address)] = Field(
        default="", description="where people reach this site, for links in messages; by the first host if not set"
    )
    mail_url: Annotated[SecretStr, AfterValidator(is_mail_server)] = Field(
        default=SecretStr(""), description="the mail server; nothing: mail waits"
    )
    mail_from: Annotated[str, AfterValidator(is_sender)] = Field(
        default="", description="the sender of mail; the mail server's user if not set"
    )
    notify: Annotated[SecretStr, AfterValidator(are_targets)] = Field(
        default=SecretStr(""), description="targets that people may choose: name=address, with spaces between"
    )
    report_quotes: bool = Field(default=False, description="messages hold words of calls; else only the pages do")

    mfa: Annotated[str, AfterValidator(is_demand)] = Field(
        default="optional", description="codes beside the password: optional, required, or the roles that need them"
    )
    session_hours: float = Field(default=12, gt=0, le=720, description="after which everybody signs in again")
    session_idle_minutes: int = Field(
        default=120, ge=0, le=43_200, description="without a click, after which one is signed out; 0: no such limit"
    )
    sign_in_tries: int = Field(default=5, ge=1, le=100, description="wrong passwords or codes before it pauses")
    sign_in_pause_minutes: int = Field(default=15, ge=1, le=1440, description="for which it pauses")
    proxies: int = Field(
        default=0, ge=0, le=10, description="in front that write X-Forwarded-For; 0: that header is not believed"
    )
    oidc_issuer: Annotated[str, AfterValidator(is_server)] = Field(
        default="", description="the OpenID provider by which people sign in, as it names itself; nothing: none"
    )
    oidc_client_id: str = Field(default="", max_length=500, description="as which this site is known there")
    oidc_client_secret: SecretStr = Field(default=SecretStr(""), description="the secret that goes with it")
    oidc_name: str = Field(default="your company account", max_length=60, description="what the button calls it")
    oidc_scope: str = Field(default="openid email profile", max_length=500, description="what is asked for there")
    oidc_claim: str = Field(default="groups", min_length=1, max_length=200, description="the claim that roles follow")
    oidc_roles: Annotated[str, AfterValidator(are_rules)] = Field(
        default="", description="group=role or group=role@programme, with spaces between"
    )
    oidc_makes_people: bool = Field(default=False, description="whoever signs in there and is unknown is added")
    oidc_trusts_email: bool = Field(
        default=False, description="believe addresses of which it does not say whether they are verified"
    )
    saml_metadata: str = Field(
        default="", max_length=2000, description="the SAML provider's metadata, its address or file; nothing: none"
    )
    saml_entity_id: str = Field(default="", max_length=500, description="this site's entity id; its metadata's address")
    saml_name: str = Field(default="your company account", max_length=60, description="what the button calls it")
    saml_email: str = Field(default="", max_length=500, description="the attribute with the address; the usual ones")
    saml_attribute: str = Field(default="groups", min_length=1, max_length=500, description="that roles follow")
    saml_roles: Annotated[str, AfterValidator(are_rules)] = Field(default="", description="as COACHLOOP_OIDC_ROLES")
    scim_roles: Annotated[str, AfterValidator(are_rules)] = Field(
        default="", description="as COACHLOOP_OIDC_ROLES, by the groups of a directory that sends people by SCIM"
    )
    saml_makes_people: bool = Field(default=False, description="whoever signs in there and is unknown is added")

    @field_validator("region")
    @classmethod
    def _has_holidays_of_its_own(cls, region: str, info: ValidationInfo) -> str:
        if region and "country" in info.data:
            has_regional_holidays(info.data["country"], region)
        return region

    @field_validator("judge_model")
    @classmethod
    def _goes_with_a_server(cls, model: str, info: ValidationInfo) -> str:
        if bool(model) != bool(info.data.get("judge_url", model)):
            raise ValueError("and COACHLOOP_JUDGE_URL go together; set both for a judge, neither for none")
        return model

    @field_validator("voices_embedding")
    @classmethod
    def _goes_with_a_segmentation(cls, path: str, info: ValidationInfo) -> str:
        if bool(path) != bool(info.data.get("voices_segmentation", path)):
            raise ValueError(
                "and COACHLOOP_VOICES_SEGMENTATION go together; set both for sherpa-onnx, neither for none"
            )
        return path

    @field_validator("oidc_client_id")
    @classmethod
    def _goes_with_an_issuer(cls, client: str, info: ValidationInfo) -> str:
        if bool(client) != bool(info.data.get("oidc_issuer", client)):
            raise ValueError("and COACHLOOP_OIDC_ISSUER go together; set both for an OpenID provider, neither for none")
        return client

    @field_validator("saml_metadata")
    @classmethod
    def _has_the_extra(cls, metadata: str) -> str:
        if metadata and not find_spec("onelogin"):
            raise ValueError("needs the extra saml: install coachloop[saml]")
        if metadata and not metadata.startswith(("http://", "https://")) and not Path(metadata).is_file():
            raise ValueError("is no address and no file that is there")
        return metadata

    @field_validator("speech_model")
    @classmethod
    def _goes_with_a_speech_server(cls, model: str, info: ValidationInfo) -> str:
        if bool(model) != bool(info.data.get("speech_url", model)):
            raise ValueError("and COACHLOOP_SPEECH_URL go together; set both for a server, neither for none")
        return model

    @field_validator("judge_money_a_day")
    @classmethod
    def _needs_prices(cls, money: float, info: ValidationInfo) -> float:
        if money and not (info.data.get("judge_price_in", 1) or info.data.get("judge_price_out", 1)):
            raise ValueError("needs COACHLOOP_JUDGE_PRICE_IN and COACHLOOP_JUDGE_PRICE_OUT, or nothing costs anything")
        return money

    @staticmethod
    def unknown() -> list[tuple[str, str]]:
        """Variables that look like settings and are none, so do nothing; each with the one that was probably meant, if any."""
        known = {name.upper(): f"COACHLOOP_{name.upper()}" for name in Config.model_fields} | {
            "DATABASE_URL": "DATABASE_URL"
        }
        named = {each for name in known.values() for each in (name, f"{name}_FILE")}
        strange = sorted(name for name in os.environ if name.startswith("COACHLOOP_") and name not in named)
        return [(name, _meant(name.removeprefix("COACHLOOP_").removesuffix("_FILE"), known)) for name in strange]


SECRETS = {
    "DATABASE_URL",
    "secret_key",
    "encryption_key",
    "judge_key",
    "speech_key",
    "mail_url",
    "media_key",
    "media_secret",
    "notify",
    "metrics_token",
    "oidc_client_secret",
}
"""What a message never repeats: it may hold a password."""


PLAINLY = {
    "bool_parsing": "should be true or false",
    "int_parsing": "should be a whole number",
    "float_parsing": "should be a number",
}


def load() -> Config:
    """The configuration; ends the process with code 2 and every mistake by name where there is one."""
    try:
        return Config(**_from_files())
    except (ValidationError, OSError) as error:
        sys.stderr.write(f"coachloop: the configuration can't be used.\n{_explain(error)}\n")
        raise SystemExit(2) from error


def _from_files() -> dict[str, Any]:
    """Values of every `NAME_FILE` in the environment, by the field they are for."""
    names = {f"COACHLOOP_{name.upper()}": name for name in Config.model_fields} | {"DATABASE_URL": "DATABASE_URL"}
    given = ((f"{name}_FILE", os.environ.get(f"{name}_FILE"), target) for name, target in names.items())
    return {target: _read(variable, Path(path)) for variable, path, target in given if path}


def _read(variable: str, path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise OSError(error.errno, error.strerror, f"{variable}: {path}") from error
    except UnicodeDecodeError as error:
        raise OSError(0, "is no text in UTF-8", f"{variable}: {path}") from error


def _meant(name: str, known: dict[str, str]) -> str:
    return next((known[one] for one in get_close_matches(name, known, 1, 0.75)), "")


def _explain(error: ValidationError | OSError) -> str:
    if isinstance(error, OSError):
        return f"  {error.filename}: {error.strerror}"
    lines = []
    for mistake in error.errors():
        field = str(mistake["loc"][0])
        name = field if field == "DATABASE_URL" else f"COACHLOOP_{field.upper()}"
        got = "" if field in SECRETS else f", got {str(mistake['input'])!r}"
        lines.append(f"  {name}: {PLAINLY.get(mistake['type'], mistake['msg'].removeprefix('Value error, '))}{got}")
    return "\n".join(lines)
