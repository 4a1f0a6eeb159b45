"""The only place that picks adapters and scorers from the configuration."""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from email.utils import parseaddr
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import numpy as np
from django.conf import settings
from django.utils import timezone

from coachloop.adapters import calendars, notify
from coachloop.adapters.audio.check import Limits as FileLimits
from coachloop.adapters.audio.copies import browser_copy
from coachloop.adapters.audio.cut import cut
from coachloop.adapters.audio.read import read
from coachloop.adapters.calendar_address import CalendarReader
from coachloop.adapters.embeddings import CachedEncoder, forget_vectors, open_encoder
from coachloop.adapters.llm import OpenAIChat
from coachloop.adapters.models.catalogue import MINILM, VOICES, WHISPER
from coachloop.adapters.models.store import folder_of, is_here
from coachloop.adapters.openai_server import Server
from coachloop.adapters.readers.incoming import lines_of
from coachloop.adapters.readers.recordings import Shelf
from coachloop.adapters.readers.vcon_content import Trust, outside
from coachloop.adapters.speech.endpoint import EndpointTranscriber
from coachloop.adapters.speech.sherpa import SherpaSeparator
from coachloop.adapters.speech.voices import VoiceSeparator
from coachloop.adapters.speech.whisper import WhisperTranscriber
from coachloop.adapters.webhooks import WebhookSender
from coachloop.app.queries import learned
from coachloop.app.queries.audio import coming_in, media
from coachloop.app.queries.health import Finding
from coachloop.app.services.allowance import taker
from coachloop.app.services.erasing import Hands
from coachloop.app.services.judge import CentreReviews, KeptReplies
from coachloop.app.services.telling import Letterbox
from coachloop.core.coaching.appointment import Appointment
from coachloop.core.coaching.plan import Span
from coachloop.core.hearing.heard import HeardWord, Separated
from coachloop.core.hearing.port import CantTranscribeError, Samples, Transcriber
from coachloop.core.hearing.tools import Tools
from coachloop.core.model.letter import MAIL, Carrier, Ways
from coachloop.core.model.receipt import Line, Refusal
from coachloop.core.model.running import Running
from coachloop.core.scoring.judge.exchange import Clock, Exchange, Usage
from coachloop.core.scoring.judge.judge import JudgeScorer
from coachloop.core.scoring.judge.ports import Limits, Prices
from coachloop.core.scoring.judge.rehearsal import Rehearsal
from coachloop.core.scoring.learned.scorer import LearnedScorer
from coachloop.core.scoring.phrases import PhraseScorer
from coachloop.core.scoring.port import Scorer
from coachloop.core.scoring.timing import TimingScorer

SPEECH_TIMEOUT = 600.0
"""Seconds that a server may take for some minutes of sound."""

AT_A_PAGE = 15.0
"""Seconds that a page waits for one of the judge's answers."""


def carriers() -> dict[str, Carrier]:
    """The ways out of the house that are configured, by name."""
    config = settings.CONFIG
    return notify.carriers(
        mail_url=config.mail_url.get_secret_value(), mail_from=config.mail_from, notify=config.notify.get_secret_value()
    )


def ways() -> Ways:
    """What people may choose among."""
    config = settings.CONFIG
    targets = notify.targets(config.notify.get_secret_value())
    personal = [name for name, address in targets.items() if notify.is_personal(address)]
    shared = [name for name in targets if name not in personal]
    return Ways((MAIL, *personal), tuple(shared), mail=bool(config.mail_url.get_secret_value()))


def scorers() -> dict[str, Scorer]:
    """The scorers that can answer here, by the name a template calls them; learned ones as they are published now."""
    return _with_learned(learned.keys_of(learned.current_models()))


def trial_scorers() -> dict[str, Scorer]:
    """The same if what waits were published; of calls that a model learned from it says what its cross-validation says."""
    return _with_learned(learned.keys_of(learned.newest_models()), trial=True)


def bridge_scorers() -> tuple[dict[str, Scorer], dict[str, Scorer]]:
    """The scorers with the models that score now, and with those that publishing would let score, to be compared.

    Of calls that a model learned from, either says what its cross-validation says: so they are compared as on new calls.
    """
    now, then = (learned.keys_of(models) for models in (learned.current_models(), learned.newest_models()))
    return _with_learned(now, trial=True), _with_learned(then, trial=True)


def impatient_scorers() -> dict[str, Scorer]:
    """Those of a trial while somebody waits at a page: the judge's server is not waited for as long."""
    return {**trial_scorers(), **({JudgeScorer.name: _impatient_judge()} if settings.CONFIG.judge_url else {})}


def encoder() -> CachedEncoder | None:
    """The sentence embeddings that are here, opened when they are first needed; None where there are none."""
    setting, home = settings.CONFIG.embeddings, settings.HOME
    return _opened(setting, home, here=bool(setting) or is_here(MINILM, home))


def hands() -> Hands:
    """What erasing somebody needs of the outside."""
    return Hands(forget_vectors=lambda: forget_vectors(settings.HOME), encoder=encoder)


def _with_learned(keys: tuple[learned.ModelKey, ...], *, trial: bool = False) -> dict[str, Scorer]:
    return {scorer.name: scorer for scorer in (*_always(), *_learned(keys, encoder(), trial=trial))}


@lru_cache(maxsize=1)
def _always() -> tuple[Scorer, ...]:
    exchange = _exchange()
    return (PhraseScorer(), TimingScorer(), *([_judge(exchange)] if exchange else []))


@lru_cache(maxsize=1)
def _impatient_judge() -> JudgeScorer:
    """Budget and replies are shared with the patient one."""
    return _judge(_new_exchange(timeout=min(settings.CONFIG.judge_timeout, AT_A_PAGE)))


@lru_cache(maxsize=1)
def _opened(setting: str, home: Path, *, here: bool) -> CachedEncoder | None:
    """Opened once; a model that arrives while we run is found."""
    return open_encoder(setting, home) if here else None


@lru_cache(maxsize=4)
def _learned(
    keys: tuple[learned.ModelKey, ...], vectors: CachedEncoder | None, *, trial: bool = False
) -> tuple[Scorer, ...]:
    """One for all models, read once as long as they stay the same; none where nothing is trained."""
    if not keys:
        return ()
    return (LearnedScorer(learned.load(keys), vectors, learned.held_out(keys) if trial else {}),)


@lru_cache(maxsize=1)
def _exchange() -> Exchange | None:
    """The judge's dealings with its model, where one is configured."""
    return _new_exchange(timeout=settings.CONFIG.judge_timeout) if settings.CONFIG.judge_url else None


def _new_exchange(*, timeout: float) -> Exchange:
    config = settings.CONFIG
    limits = Limits(
        concurrency=config.judge_concurrency,
        requests_a_day=config.judge_requests_a_day,
        money_a_day=config.judge_money_a_day,
    )
    turn = _turn("judge", config.judge_url, config.judge_requests_a_minute)
    clock = Clock(time.monotonic, time.sleep, turn)
    return Exchange(_model(timeout), KeptReplies(timezone.now), limits=limits, prices=_prices(), clock=clock)


def _turn(kind: str, url: str, a_minute: int) -> Callable[[], float]:
    """Whose turn it is to ask a provider, for all processes and machines together."""
    return taker(f"{kind}:{urlsplit(url).netloc.rpartition('@')[2]}", a_minute=a_minute, now=timezone.now)


@lru_cache(maxsize=1)
def page_exchange() -> Exchange | None:
    """Dealings with the judge's model for somebody who waits at a page; None where none is configured."""
    if not settings.CONFIG.judge_url:
        return None
    return _new_exchange(timeout=min(settings.CONFIG.judge_timeout, AT_A_PAGE))


def running() -> list[Running]:
    """Who scores here beside the models that were trained here, for the people whose calls are scored."""
    config = settings.CONFIG
    found = [
        Running(PhraseScorer.name, "Words that are looked for", version=PhraseScorer.version),
        Running(TimingScorer.name, "Timing of the turns", version=TimingScorer.version),
    ]
    if config.judge_url:
        where = urlsplit(config.judge_url)
        outside = "" if where.hostname in {"localhost", "127.0.0.1", "::1"} else where.netloc.rpartition("@")[2]
        version = _judge(Rehearsal(config.judge_model, KeptReplies(timezone.now), prices=_prices())).version
        found.append(Running(JudgeScorer.name, "The language model", config.judge_model, version, outside))
    return found


def hearing() -> Tools:
    """What makes conversations of recordings here."""
    config = settings.CONFIG
    return Tools(
        _transcriber(),
        separate=_separate,
        read=read,
        copy=browser_copy,
        language=config.speech_language,
        hotwords=tuple(word.strip() for word in config.speech_words.split(",") if word.strip()),
        agent_channel=config.agent_channel - 1,
    )


def speech_found() -> Finding:
    """Whether something transcribes here."""
    config, check_name = settings.CONFIG, "speech"
    transcriber = _transcriber()
    if isinstance(transcriber, EndpointTranscriber):
        wrong = transcriber.check()
        way_out = "check COACHLOOP_SPEECH_URL and COACHLOOP_SPEECH_KEY, and that the server runs" if wrong else ""
        seen = f"{config.speech_model} at {urlsplit(config.speech_url).hostname}: {wrong or 'reachable'}"
        return Finding(check_name, ok=not wrong, seen=seen, way_out=way_out)
    if transcriber is not None:
        return Finding(check_name, ok=True, seen=config.speech or WHISPER)
    if config.speech == "off":
        return Finding(check_name, ok=True, seen="off: recordings wait")
    way_out = f"`coachloop models get {config.speech or WHISPER}`"
    return Finding(check_name, ok=not config.speech, seen="no model yet: the first recording gets it", way_out=way_out)


def _transcriber() -> Transcriber | None:
    config = settings.CONFIG
    if config.speech_url:
        key = config.speech_key.get_secret_value()
        server = Server(config.speech_url, config.speech_model, key=key, timeout=SPEECH_TIMEOUT)
        turn = _turn("speech", config.speech_url, config.speech_requests_a_minute)
        return EndpointTranscriber(server, turn=turn)
    if config.speech == "off":
        return None
    if "/" in config.speech:
        return _whisper(Path(config.speech), config.speech_threads)
    name = config.speech or WHISPER
    return _whisper(folder_of(name, settings.HOME), config.speech_threads) if is_here(name, settings.HOME) else None


@lru_cache(maxsize=1)
def _whisper(folder: Path, threads: int) -> WhisperTranscriber:
    """Loaded once."""
    return WhisperTranscriber(folder, threads=threads)


def _separate(samples: Samples, words: Sequence[HeardWord]) -> Separated:
    config = settings.CONFIG
    if config.voices_segmentation:
        return _sherpa(config.voices_segmentation, config.voices_embedding).separate(samples, words)
    if not is_here(VOICES, settings.HOME):
        raise CantTranscribeError(
            f"both people are in one channel: `coachloop models get {VOICES}` tells voices apart, then `coachloop transcribe --again`"
        )
    return _voices(settings.HOME).separate(samples, words)


@lru_cache(maxsize=1)
def _voices(home: Path) -> VoiceSeparator:
    """Read once."""
    return VoiceSeparator(folder_of(VOICES, home))


@lru_cache(maxsize=1)
def _sherpa(segmentation: str, embedding: str) -> SherpaSeparator:
    """Read once."""
    return SherpaSeparator(Path(segmentation), Path(embedding))


cut_clip = cut
"""Cuts a clip out of a recording."""


def shelf(agent_id: str = "") -> Shelf:
    """Where recordings are kept here, and what is taken."""
    config = settings.CONFIG
    limits = FileLimits(bytes=config.recording_megabytes * 1_000_000, seconds=config.recording_hours * 3600)
    waiting = coming_in() / "incoming"
    waiting.mkdir(parents=True, exist_ok=True)
    return Shelf(media(), limits, agent_id, config.agent_channel, _trust(waiting))


def _trust(waiting: Path) -> Trust:
    """What is allowed to vCons here."""
    config = settings.CONFIG
    bytes_ = config.recording_megabytes * 1_000_000
    reader = outside(_hosts(config.vcon_hosts), _hosts(config.vcon_own_hosts), most_bytes=bytes_)
    return Trust(config.vcon_key, reader, waiting)


def incoming(path: Path, agent_id: str) -> Iterator[Line | Refusal]:
    """The conversations of a file that somebody brings in, for the agent whose they are where it does not say."""
    return lines_of(path, shelf(agent_id))


def judge_usage() -> Usage:
    """What the judge uses from now on; stays empty where none is configured."""
    exchange = _exchange()
    return exchange.count_anew() if exchange else Usage()


def rehearsing() -> tuple[dict[str, Scorer], Rehearsal]:
    """The scorers with a judge that only counts what it would ask, also where none is configured; and what it counts with."""
    rehearsal = Rehearsal(settings.CONFIG.judge_model, KeptReplies(timezone.now), prices=_prices())
    return {**scorers(), JudgeScorer.name: _judge(rehearsal)}, rehearsal


def judge_reached() -> Finding:
    """Whether the judge's server answers."""
    config = settings.CONFIG
    if not config.judge_url:
        return Finding("judge", ok=True, seen="not configured")
    wrong = _model().check()
    way_out = "check COACHLOOP_JUDGE_URL and COACHLOOP_JUDGE_KEY, and that the server runs" if wrong else ""
    where = urlsplit(config.judge_url).netloc.rpartition("@")[2]
    seen = f"{config.judge_model} at {where}: {wrong or 'reachable'}"
    return Finding("judge", ok=not wrong, seen=seen, way_out=way_out)


def _judge(exchange: Exchange | Rehearsal) -> JudgeScorer:
    config = settings.CONFIG
    return JudgeScorer(config.judge_model, exchange, window_tokens=config.judge_window_tokens, reviews=CentreReviews())


def _model(timeout: float | None = None) -> OpenAIChat:
    config = settings.CONFIG
    key = config.judge_key.get_secret_value()
    return OpenAIChat(Server(config.judge_url, config.judge_model, key=key, timeout=timeout or config.judge_timeout))


def _prices() -> Prices:
    return Prices(settings.CONFIG.judge_price_in, settings.CONFIG.judge_price_out)


def invitation(appointment: Appointment) -> str:
    """An appointment as an invitation from this site."""
    config = settings.CONFIG
    sender = parseaddr(config.mail_from)[1] or f"coachloop@{urlsplit(settings.ADDRESS).hostname}"
    return calendars.invitation(appointment, organizer=sender)


def calendar_reader() -> CalendarReader:
    """Reads the calendars that people name."""
    return CalendarReader(_hosts(settings.CONFIG.calendar_hosts))


def webhook_sender() -> WebhookSender:
    """Tells the addresses that admins name."""
    return WebhookSender(_hosts(settings.CONFIG.webhook_hosts))


def letterbox() -> Letterbox:
    """What events go out by."""
    return Letterbox(webhook_sender().send, timezone.now, np.random.default_rng())


def _hosts(listed: str) -> frozenset[str]:
    return frozenset(host.strip().lower() for host in listed.split(",") if host.strip())


def busy_times(address: str, *, first: date, last: date, zone: ZoneInfo) -> list[Span]:
    """When somebody has something else, by the calendar at this address."""
    return calendars.busy_times(calendar_reader().read(address), first=first, last=last, zone=zone)
