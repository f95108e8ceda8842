"""The settings of one centre, from ``settings.yml`` and the environment, checked before anything starts."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta, timezone
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import StrictBool, StrictFloat, StrictInt, StrictStr, ValidationError, validator

from blina.knowledge.problems import KnowledgeError, Problem
from blina.knowledge.schema import Record
from blina.knowledge.validate import message, validate
from blina.knowledge.yaml_file import YamlFile

DEFAULT = Path(__file__).resolve().parents[2] / "settings.yml"
PREFIX = "BLINA_"
# Variables that are no settings; those of the secrets have names that are settings themselves.
OTHER_VARIABLES = ("HOST", "PORT", "DATABASE", "ENDPOINTS", "CREDENTIALS", "ENCODER_THREADS", "PUBLIC_URL")
FEVER_LIMITS_C = (37.0, 39.0)
MOST_RETENTION_HOURS = 24 * 365
MOST_PROXIES = 5
_LONGEST_NAME = 80
_ALIKE = 0.85  # of two names of variables

_PHONE = re.compile(r"\+?[0-9](?:[ ()./-]{0,2}[0-9])*")
_DIGITS_IN_PHONE = (3, 15)  # 112; ITU-T E.164 allows at most 15
_DIGITS_OF_RELAY = 20  # a prefix such as 18001, and the number
_ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?")
_ISSUER = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_IDLE_MINUTES = (5, 240)
_SESSION_HOURS = (1, 24)
_LISTS = ("allowed_origins", "team_claim_values", "team_emails")
_COLLECTOR = re.compile(_ORIGIN.pattern + r"/[!-~]*")
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]{0,30}(?:/[A-Za-z0-9_+-]{1,30}){0,2}")
_REDIS = re.compile(r"(?:rediss?://|unix:///)\S+")
_DATABASE = re.compile(r"postgres(?:ql)?://[^\s/]+/[^\s/]+")
_BROKER = re.compile(r"amqps?://[^\s/]+(?:/\S*)?")
_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*")
_MAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+")
_HOST_AND_PORT = re.compile(r"[A-Za-z0-9.-]+:[0-9]{1,5}")
_TIME_OF_DAY = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_MOST_MINUTES = 24 * 60
# The settings that name the variable of a secret.
SECRETS = (
    "rest_token_env",
    "session_secret_env",
    "alert_webhook_secret_env",
    "alert_mail_login_env",
    "alert_fhir_token_env",
    "team_client_secret_env",
)


def _phone(value: str | None) -> str | None:
    if value is None:
        return None
    digits = sum(character.isdigit() for character in value)
    if not _PHONE.fullmatch(value) or not _DIGITS_IN_PHONE[0] <= digits <= _DIGITS_IN_PHONE[1]:
        raise ValueError(f'\'{value}\' is no phone number; write it like "+44 113 496 0000" or "112"')
    return value


def _relay_number(value: str | None) -> str | None:
    if value is not None and not (
        _PHONE.fullmatch(value) and len(re.findall("[0-9]", value)) <= _DIGITS_OF_RELAY
    ):
        raise ValueError(f"'{value}' is no relay number; write it like \"18001 0113 496 0000\"")
    return value


def _one_line(value: str) -> str:
    if not value.strip() or not value.isprintable() or len(value) > _LONGEST_NAME:
        raise ValueError(f"must be a name of 1 to {_LONGEST_NAME} characters on one line")
    return value.strip()


def _fever_threshold(value: float) -> float:
    low, high = FEVER_LIMITS_C
    if not low <= value <= high:
        raise ValueError(f"{value:g} is not between {low} and {high} (degrees Celsius)")
    return float(value)


def _zone(value: str | None) -> str | None:
    if value is not None and zone(value) is None:
        raise ValueError(f"'{value}' is no time zone; write it like \"Europe/London\"")
    return value


def _hours_kept(value: int) -> int:
    if not 1 <= value <= MOST_RETENTION_HOURS:
        raise ValueError(f"{value} is not between 1 and {MOST_RETENTION_HOURS} hours")
    return value


def _at_least_one(value: int) -> int:
    if value < 1:
        raise ValueError(f"{value} is too small; the least is 1")
    return value


def _proxies(value: int) -> int:
    if not 0 <= value <= MOST_PROXIES:
        raise ValueError(f"{value} is not between 0 and {MOST_PROXIES}")
    return value


def _origin(value: str) -> str:
    if not _ORIGIN.fullmatch(value):
        raise ValueError(f"'{value}' is no origin; write it like \"https://www.example.org\"")
    return value


def _own_origin(value: str | None) -> str | None:
    return value if value is None else _origin(value)


def _issuer(value: str | None) -> str | None:
    if value is not None and not _ISSUER.fullmatch(value):
        raise ValueError(
            f"'{value}' is no issuer; write it like \"https://login.example.org/realms/hospital\""
        )
    return value


def _email(value: str) -> str:
    if not _EMAIL.fullmatch(value):
        raise ValueError(f"'{value}' is no e-mail address; write it like \"a.nurse@example.org\"")
    return value.lower()


def _minutes_idle(value: int) -> int:
    low, high = _IDLE_MINUTES
    if not low <= value <= high:
        raise ValueError(f"{value} is not between {low} and {high} minutes")
    return value


def _hours_signed_in(value: int) -> int:
    low, high = _SESSION_HOURS
    if not low <= value <= high:
        raise ValueError(f"{value} is not between {low} and {high} hours")
    return value


def _collector(value: str | None) -> str | None:
    if value is not None and not _COLLECTOR.fullmatch(value):
        raise ValueError(f"'{value}' is no collector; write it like \"http://127.0.0.1:4318/v1/traces\"")
    return value


def _variable_name(value: str) -> str:
    if not _VARIABLE.fullmatch(value):
        raise ValueError("must be the name of an environment variable, such as BLINA_REST_TOKEN")
    return value


def _redis_url(value: str | None) -> str | None:
    if value is not None and not _REDIS.fullmatch(value):
        # not quoted: it can hold a password
        raise ValueError('must be the address of Redis, as in "redis://10.0.0.5:6379/0" or "rediss://"')
    return value


def _database_url(value: str | None) -> str | None:
    if value is not None and not _DATABASE.fullmatch(value):
        # not quoted: it can hold a password
        raise ValueError('must be the address of a database, as in "postgresql://user@10.0.0.6:5432/blina"')
    return value


def _broker_url(value: str | None) -> str | None:
    if value is not None and not _BROKER.fullmatch(value):
        # not quoted: it can hold a password
        raise ValueError('must be the address of RabbitMQ, as in "amqp://user@10.0.0.7:5672/" or "amqps://"')
    return value


def _minutes(value: int | None) -> int | None:
    if value is not None and not 1 <= value <= _MOST_MINUTES:
        raise ValueError(f"{value} is not between 1 and {_MOST_MINUTES} minutes")
    return value


def _time_of_day(value: str) -> str:
    if not _TIME_OF_DAY.fullmatch(value):
        raise ValueError(f"'{value}' is no time of day; write it like \"19:00\"")
    return value


def _hours(value: str | None) -> str | None:
    if value is not None and not all(map(_TIME_OF_DAY.fullmatch, value.partition("-")[::2])):
        raise ValueError(f"'{value}' is no from and to; write it like \"22:00-07:00\"")
    return value


def hours_of(span: str) -> tuple[time, time]:
    """From and to of hours such as "22:00-07:00".

    Args:
        span: as the settings have it.
    """
    start, _, end = span.partition("-")
    return time.fromisoformat(start), time.fromisoformat(end)


def _private_url(value: str | None) -> str | None:
    if value is None:
        return None
    parts = urlsplit(value)
    if not parts.hostname or parts.scheme not in ("https", "http") or parts.query or parts.fragment:
        raise ValueError(f"'{value}' is no address; write it like \"https://alerts.example.org/blina\"")
    if parts.username or parts.password:
        raise ValueError("must not hold a user or a password: they belong into the environment")
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise ValueError(f"'{value}' must begin with https://: only this machine may be reached without")
    return value.rstrip("/")


def _mail_addresses(value: str | None) -> str | None:
    wrong = [one for one in (value or "").split(",") if value and not _MAIL.fullmatch(one.strip())]
    if wrong:
        raise ValueError(f"'{wrong[0].strip()}' is no e-mail address")
    return value


def _host_and_port(value: str | None) -> str | None:
    if value is not None and not _HOST_AND_PORT.fullmatch(value):
        raise ValueError(f"'{value}' is no host and port; write it like \"smtp.example.org:587\"")
    return value


def zone(name: object) -> ZoneInfo | None:
    """A time zone by its name.

    Args:
        name: as in "Europe/London"; whatever somebody sent.

    Returns:
        None when there is none of this name.
    """
    if not isinstance(name, str) or not _ZONE.fullmatch(name):
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # a folder's name is one of the last
        return None


def local(time: datetime, where: ZoneInfo | None) -> datetime:
    """The time in a zone, with the offset that holds then.

    What is counted back from it ("an hour ago") is real time, also in the night when the clocks change, and
    everything that is shown in its zone is in one.

    Args:
        time: aware of its own zone.
        where: None for this machine's.
    """
    shown = time.astimezone(where)
    return shown.replace(tzinfo=timezone(shown.utcoffset() or timedelta(), shown.tzname() or "UTC"))


def place_of(url: str) -> str:
    """An address without user and password, to be shown.

    Args:
        url: of a database or a broker.
    """
    parts = urlsplit(url)
    return f"{parts.netloc.rpartition('@')[2]}{parts.path}"


class SettingsError(KnowledgeError):
    """The settings cannot be used; ``problems`` says which and why."""


class Settings(Record):
    """The settings of one centre.

    Args:
        drug: the folder of ``knowledge/drugs/`` that counts; None where there is only one.
        care_team_phone: None when it is not set: replies then say so.
        emergency_number: always set.
        crisis_line: None when there is none.
        care_team_text: takes text messages of people who cannot phone; None when there is none.
        care_team_relay: a text relay number of the team; None when there is none.
        centre_name: fits into "Call ... now".
        fever_threshold_c: degrees Celsius from which a temperature is a fever. Source: triage policy, step 4.
        temperature_unit: how temperatures are shown.
        time_zone: of the times in the hand-over; None for this machine's.
        retention_hours: conversations are deleted this long after their last message.
        allowed_origins: other web sites that may embed the chat.
        messages_per_minute: limit for one conversation.
        messages_per_minute_per_address: limit for one address.
        messages_per_minute_with_token: limit for one address that shows the REST token.
        limit_own_machine: whether the limits of an address hold for this machine too.
        open_connections: limit at the same time, from everybody.
        open_connections_per_address: limit at the same time, from one address.
        trusted_proxies: how many reverse proxies add to ``X-Forwarded-For``.
        turns_kept: messages of one conversation that are kept.
        rest_token_env: name of the variable that holds the REST token.
        session_secret_env: name of the variable that holds the key that signs web sessions.
        data_folder: where conversations and messages that are under way are kept.
        redis_url: where replicas share locks and limits; None for one process.
        database_url: the PostgreSQL database that keeps them for several replicas; None keeps them in files.
        broker_url: the RabbitMQ that is told what happens; None tells nobody.
        log_format: whether the log is for people or, as JSON lines, for programs.
        traces_url: where a collector takes OpenTelemetry's traces; None for none.
        alerts: whether the care team is told when a patient is advised to call now.
        follow_up: whether patients are asked later if they have reached their team.
        follow_up_minutes: after the advice to call now, until it is asked.
        follow_up_evening: the time of day at which it is asked after the advice to call today.
        follow_up_quiet: from and to which time of day nothing is asked; None for never.
        alert_hand_over: whether alerts carry the hand-over, which holds the patient's words.
        alert_unanswered_minutes: after which a question without an answer is an alert too; None for never.
        alert_webhook_url: takes signed webhooks; None for none.
        alert_webhook_secret_env: name of the variable that holds the secret that signs them.
        alert_mail_to: addresses that get an e-mail, with commas between them; None for none.
        alert_mail_from: the sender of the e-mail.
        alert_mail_server: host and port of the SMTP server.
        alert_mail_login_env: name of the variable that holds ``user:password`` for it.
        alert_fhir_url: base address of a FHIR server; None for none.
        alert_fhir_token_env: name of the variable that holds a bearer token for it.
        team_inbox: whether nurses can see, take and close alerts at ``/team``.
        team_url: the origin that they open; None before it is set.
        team_issuer: the OpenID provider, as it names itself; None without one.
        team_client_id: the name under which this server is known there.
        team_client_secret_env: name of the variable that holds the client's secret.
        team_claim: the claim of a person that opens the inbox; None when only addresses do.
        team_claim_values: one of these has to be in it.
        team_emails: people who may open it by their confirmed address.
        team_local_accounts: whether accounts of this machine may be used on this machine.
        team_idle_minutes: without a key or a tap, after which a nurse is signed out.
        team_session_hours: after which a nurse has to sign in again.
    """

    drug: StrictStr | None = None
    care_team_phone: StrictStr | None
    emergency_number: StrictStr
    crisis_line: StrictStr | None
    care_team_text: StrictStr | None = None
    care_team_relay: StrictStr | None = None
    centre_name: StrictStr
    fever_threshold_c: StrictFloat | StrictInt
    temperature_unit: Literal["C", "F"]
    time_zone: StrictStr | None = None
    retention_hours: StrictInt
    allowed_origins: tuple[StrictStr, ...]
    messages_per_minute: StrictInt
    messages_per_minute_per_address: StrictInt
    messages_per_minute_with_token: StrictInt
    limit_own_machine: StrictBool
    open_connections: StrictInt
    open_connections_per_address: StrictInt
    trusted_proxies: StrictInt
    turns_kept: StrictInt
    rest_token_env: StrictStr
    session_secret_env: StrictStr
    data_folder: StrictStr = "var"
    redis_url: StrictStr | None = None
    database_url: StrictStr | None = None
    broker_url: StrictStr | None = None
    log_format: Literal["text", "json"] = "text"
    traces_url: StrictStr | None = None
    alerts: StrictBool = False
    follow_up: StrictBool = False
    follow_up_minutes: StrictInt = 30
    follow_up_evening: StrictStr = "19:00"
    follow_up_quiet: StrictStr | None = "22:00-07:00"
    alert_hand_over: StrictBool = False
    alert_unanswered_minutes: StrictInt | None = None
    alert_webhook_url: StrictStr | None = None
    alert_webhook_secret_env: StrictStr = "BLINA_ALERT_WEBHOOK_SECRET"  # noqa: S105 - a name
    alert_mail_to: StrictStr | None = None
    alert_mail_from: StrictStr | None = None
    alert_mail_server: StrictStr | None = None
    alert_mail_login_env: StrictStr = "BLINA_ALERT_MAIL_LOGIN"
    alert_fhir_url: StrictStr | None = None
    alert_fhir_token_env: StrictStr = "BLINA_ALERT_FHIR_TOKEN"  # noqa: S105 - a name
    team_inbox: StrictBool = False
    team_url: StrictStr | None = None
    team_issuer: StrictStr | None = None
    team_client_id: StrictStr | None = None
    team_client_secret_env: StrictStr = "BLINA_TEAM_CLIENT_SECRET"  # noqa: S105 - a name
    team_claim: StrictStr | None = None
    team_claim_values: tuple[StrictStr, ...] = ()
    team_emails: tuple[StrictStr, ...] = ()
    team_local_accounts: StrictBool = False
    team_idle_minutes: StrictInt = 30
    team_session_hours: StrictInt = 10

    @property
    def has_replicas(self) -> bool:
        """Whether this process is one of several that share their engines."""
        return self.redis_url is not None or self.database_url is not None

    _phones = validator(
        "care_team_phone",
        "emergency_number",
        "crisis_line",
        "care_team_text",
        allow_reuse=True,
    )(_phone)
    _relay = validator("care_team_relay", allow_reuse=True)(_relay_number)
    _name = validator("centre_name", allow_reuse=True)(_one_line)
    _fever = validator("fever_threshold_c", allow_reuse=True)(_fever_threshold)
    _time_zone = validator("time_zone", allow_reuse=True)(_zone)
    _retention = validator("retention_hours", allow_reuse=True)(_hours_kept)
    _limits = validator(
        "messages_per_minute",
        "messages_per_minute_per_address",
        "messages_per_minute_with_token",
        "open_connections",
        "open_connections_per_address",
        "turns_kept",
        allow_reuse=True,
    )(_at_least_one)
    _proxy_count = validator("trusted_proxies", allow_reuse=True)(_proxies)
    _origins = validator("allowed_origins", each_item=True, allow_reuse=True)(_origin)
    _redis = validator("redis_url", allow_reuse=True)(_redis_url)
    _database = validator("database_url", allow_reuse=True)(_database_url)
    _broker = validator("broker_url", allow_reuse=True)(_broker_url)
    _traces = validator("traces_url", allow_reuse=True)(_collector)
    _variables = validator(*SECRETS, allow_reuse=True)(_variable_name)
    _evening = validator("follow_up_evening", allow_reuse=True)(_time_of_day)
    _quiet = validator("follow_up_quiet", allow_reuse=True)(_hours)
    _unanswered = validator("alert_unanswered_minutes", "follow_up_minutes", allow_reuse=True)(_minutes)
    _urls = validator("alert_webhook_url", "alert_fhir_url", allow_reuse=True)(_private_url)
    _mail = validator("alert_mail_to", "alert_mail_from", allow_reuse=True)(_mail_addresses)
    _mail_server = validator("alert_mail_server", allow_reuse=True)(_host_and_port)
    _team_url = validator("team_url", allow_reuse=True)(_own_origin)
    _team_issuer = validator("team_issuer", allow_reuse=True)(_issuer)
    _team_emails = validator("team_emails", each_item=True, allow_reuse=True)(_email)
    _team_idle = validator("team_idle_minutes", allow_reuse=True)(_minutes_idle)
    _team_session = validator("team_session_hours", allow_reuse=True)(_hours_signed_in)


def load_settings(path: Path = DEFAULT, environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings; environment variables win over the file.

    Args:
        path: the file.
        environ: the environment; the process's own when None.

    Returns:
        The settings.

    Raises:
        SettingsError: one sentence for each mistake, naming file, line and field, or the variable.
    """
    environ = os.environ if environ is None else environ
    file = YamlFile(path, path.name)
    settings, problems = validate(file, Settings)
    overrides, wrong = _overrides(environ)
    if settings and overrides:  # the file has to be right in itself: removing a variable breaks nothing
        settings, more = _overridden(settings, overrides)
        wrong += more
    wrong += _misspelt(environ, settings)
    if problems or wrong or settings is None:
        raise SettingsError([*problems, *wrong])
    return settings


def variable(field: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + field.upper()


def _overrides(environ: Mapping[str, str]) -> tuple[dict[str, Any], list[Problem]]:
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for field in Settings.__fields__:
        name = variable(field)
        if name not in environ:
            continue
        try:
            values[field] = _parsed(environ[name], field)
        except (yaml.YAMLError, ValueError, RecursionError):
            problems.append(Problem(name, None, "", f"'{environ[name]}' cannot be read"))
    return values, problems


def _parsed(text: str, field: str) -> Any:
    """A variable's value; text stays text, so that 112 needs no quotes, and nothing means null."""
    if field in _LISTS:
        return [entry.strip() for entry in text.split(",") if entry.strip()]
    if Settings.__fields__[field].type_ is StrictStr:
        return text.strip() or None
    return yaml.safe_load(text)


def _overridden(
    settings: Settings | None, overrides: Mapping[str, Any]
) -> tuple[Settings | None, list[Problem]]:
    if settings is None:
        return None, []
    try:
        return Settings.parse_obj({**settings.dict(), **overrides}), []
    except ValidationError as error:
        problems: dict[str, Problem] = {}
        for item in error.errors():
            field = str(item["loc"][0])
            text = message(dict(item), overrides.get(field))
            problems.setdefault(field, Problem(variable(field), None, "", text))
        return None, list(problems.values())


def _misspelt(environ: Mapping[str, str], settings: Settings | None) -> list[Problem]:
    """Variables that were meant as settings: a phone number that is silently ignored is a hazard."""
    known = [variable(field) for field in (*Settings.__fields__, *OTHER_VARIABLES)]
    known += [getattr(settings, field) for field in SECRETS] if settings else []
    others = [name for name in environ if name.startswith(PREFIX) and name not in known]
    return [
        Problem(name, None, "", f"is no setting; did you mean {meant}?")
        for name in others
        if (meant := _meant(name, known))
    ]


def _meant(name: str, known: Sequence[str]) -> str | None:
    """The known variable that one resembles: nearly the same letters, or half of its words."""
    words = _words(name)
    shared = {other: len(words & _words(other)) for other in known}
    most = max(shared.values())
    if 2 * most >= len(words):
        return difflib.get_close_matches(name, [one for one in known if shared[one] == most], 1, cutoff=0)[0]
    near = difflib.get_close_matches(name, known, n=1, cutoff=_ALIKE)
    return near[0] if near else None


def _words(name: str) -> set[str]:
    return set(name.removeprefix(PREFIX).split("_"))
