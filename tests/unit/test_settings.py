"""A wrong setting is refused at the start in one sentence that names it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blina.knowledge.settings import (
    DEFAULT,
    OTHER_VARIABLES,
    Settings,
    SettingsError,
    load_settings,
    local,
    variable,
    zone,
)

SHIPPED = DEFAULT.read_text(encoding="utf-8")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "settings.yml"
    path.write_text(SHIPPED, encoding="utf-8")
    return path


def error(path: Path, environ: dict[str, str]) -> str:
    with pytest.raises(SettingsError) as caught:
        load_settings(path, environ)
    return str(caught.value)


def test_the_shipped_settings_are_right_and_name_no_team() -> None:
    settings = load_settings(environ={})
    assert settings.care_team_phone is None
    assert settings.emergency_number == "112"
    assert settings.crisis_line is None
    assert settings.centre_name == "your treatment team"
    assert settings.fever_threshold_c == 38.0
    assert settings.temperature_unit == "C"


def test_settings_cannot_be_changed() -> None:
    settings = load_settings(environ={})
    with pytest.raises(TypeError):
        settings.fever_threshold_c = 39.0


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("care_team_phone", "+44 113 496 0000", "+44 113 496 0000"),
        (
            "care_team_phone",
            "(0113) 496-0000",
            None,
        ),  # starts with a bracket: no phone syntax that links understand
        ("care_team_phone", "", None),
        ("emergency_number", "999", "999"),
        ("crisis_line", "988", "988"),
        ("centre_name", "St. Anna, Ward 3", "St. Anna, Ward 3"),
        ("centre_name", "123", "123"),
        ("fever_threshold_c", "37.5", 37.5),
        ("fever_threshold_c", "38", 38.0),
        ("temperature_unit", "F", "F"),
        ("time_zone", "Europe/London", "Europe/London"),
        ("time_zone", "", None),
        ("time_zone", "London", None),
        ("alert_webhook_url", "https://team.example/alerts/", "https://team.example/alerts"),
        ("alert_webhook_url", "http://127.0.0.1:8080/alerts", "http://127.0.0.1:8080/alerts"),
        ("alert_webhook_url", "http://team.example/alerts", None),
        ("alert_webhook_url", "https://me:secret@team.example/", None),
        ("alert_fhir_url", "fhir.example", None),
        ("alert_mail_to", "a@example.org, b@example.org", "a@example.org, b@example.org"),
        ("alert_mail_to", "a@example.org; b@example.org", None),
        ("alert_mail_server", "smtp.example.org:587", "smtp.example.org:587"),
        ("alert_mail_server", "smtp.example.org", None),
        ("alert_unanswered_minutes", "30", 30),
        ("alert_unanswered_minutes", "0", None),
        ("follow_up_evening", "18:30", "18:30"),
        ("follow_up_evening", "6pm", None),
        ("follow_up_quiet", "23:00-06:30", "23:00-06:30"),
        ("follow_up_quiet", "23:00", None),
        ("retention_hours", "1", 1),
        (
            "allowed_origins",
            "https://a.example, https://b.example:8443",
            ("https://a.example", "https://b.example:8443"),
        ),
        ("allowed_origins", "", ()),
        ("messages_per_minute", "5", 5),
        ("rest_token_env", "HOSPITAL_TOKEN", "HOSPITAL_TOKEN"),
        ("limit_own_machine", "true", True),
        ("trusted_proxies", "1", 1),
        ("redis_url", "rediss://blina:word@10.0.0.5:6380/0", "rediss://blina:word@10.0.0.5:6380/0"),
        ("redis_url", "unix:///run/redis.sock", "unix:///run/redis.sock"),
        ("redis_url", "", None),
        ("traces_url", "http://127.0.0.1:4318/v1/traces", "http://127.0.0.1:4318/v1/traces"),
        ("traces_url", "127.0.0.1:4318", None),
    ],
)
def test_the_environment_wins_over_the_file(field: str, text: str, value: object) -> None:
    environ = {variable(field): text}
    if value is None and text:
        assert error(DEFAULT, environ).startswith(f"{variable(field)}: ")
    else:
        assert getattr(load_settings(environ=environ), field) == value


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        (
            "BLINA_CARE_TEAM_PHONE",
            "call us",
            "BLINA_CARE_TEAM_PHONE: 'call us' is no phone number; "
            'write it like "+44 113 496 0000" or "112"',
        ),
        (
            "BLINA_CARE_TEAM_PHONE",
            "12",
            'BLINA_CARE_TEAM_PHONE: \'12\' is no phone number; write it like "+44 113 496 0000" or "112"',
        ),
        ("BLINA_EMERGENCY_NUMBER", "", "BLINA_EMERGENCY_NUMBER: is empty"),
        (
            "BLINA_FEVER_THRESHOLD_C",
            "100.4",
            "BLINA_FEVER_THRESHOLD_C: 100.4 is not between 37.0 and 39.0 (degrees Celsius)",
        ),
        ("BLINA_FEVER_THRESHOLD_C", "hot", "BLINA_FEVER_THRESHOLD_C: must be a number"),
        (
            "BLINA_FEVER_THRESHOLD_C",
            ".nan",
            "BLINA_FEVER_THRESHOLD_C: nan is not between 37.0 and 39.0 (degrees Celsius)",
        ),
        ("BLINA_FEVER_THRESHOLD_C", "[", "BLINA_FEVER_THRESHOLD_C: '[' cannot be read"),
        (
            "BLINA_TIME_ZONE",
            "../etc/passwd",
            "BLINA_TIME_ZONE: '../etc/passwd' is no time zone; write it like \"Europe/London\"",
        ),
        ("BLINA_TEMPERATURE_UNIT", "kelvin", "BLINA_TEMPERATURE_UNIT: 'kelvin' is not one of C, F"),
        ("BLINA_RETENTION_HOURS", "0", "BLINA_RETENTION_HOURS: 0 is not between 1 and 8760 hours"),
        ("BLINA_RETENTION_HOURS", "1.5", "BLINA_RETENTION_HOURS: must be a whole number"),
        ("BLINA_MESSAGES_PER_MINUTE", "0", "BLINA_MESSAGES_PER_MINUTE: 0 is too small; the least is 1"),
        ("BLINA_TURNS_KEPT", "0", "BLINA_TURNS_KEPT: 0 is too small; the least is 1"),
        ("BLINA_TRUSTED_PROXIES", "-1", "BLINA_TRUSTED_PROXIES: -1 is not between 0 and 5"),
        (
            "BLINA_REDIS_URL",
            "http://blina:horse-battery@10.0.0.5",  # nothing of it is quoted: there can be a password in it
            'BLINA_REDIS_URL: must be the address of Redis, as in "redis://10.0.0.5:6379/0" or "rediss://"',
        ),
        (
            "BLINA_CENTRE_NAME",
            "two\nlines",
            "BLINA_CENTRE_NAME: must be a name of 1 to 80 characters on one line",
        ),
        (
            "BLINA_ALLOWED_ORIGINS",
            "https://a.example/page",
            "BLINA_ALLOWED_ORIGINS: 'https://a.example/page' is no origin; write it like \"https://www.example.org\"",
        ),
        (
            "BLINA_ALLOWED_ORIGINS",
            "*",
            "BLINA_ALLOWED_ORIGINS: '*' is no origin; write it like \"https://www.example.org\"",
        ),
        (
            "BLINA_REST_TOKEN_ENV",
            "s3cret!",
            "BLINA_REST_TOKEN_ENV: must be the name of an environment variable, such as BLINA_REST_TOKEN",
        ),
        (
            "BLINA_TEAM_URL",
            "https://blina.example.org/team",
            "BLINA_TEAM_URL: 'https://blina.example.org/team' is no origin; "
            'write it like "https://www.example.org"',
        ),
        (
            "BLINA_TEAM_ISSUER",
            "login.example.org",
            "BLINA_TEAM_ISSUER: 'login.example.org' is no issuer; "
            'write it like "https://login.example.org/realms/hospital"',
        ),
        (
            "BLINA_TEAM_EMAILS",
            "ada",
            "BLINA_TEAM_EMAILS: 'ada' is no e-mail address; write it like \"a.nurse@example.org\"",
        ),
        ("BLINA_TEAM_IDLE_MINUTES", "1", "BLINA_TEAM_IDLE_MINUTES: 1 is not between 5 and 240 minutes"),
        ("BLINA_TEAM_SESSION_HOURS", "48", "BLINA_TEAM_SESSION_HOURS: 48 is not between 1 and 24 hours"),
        (
            "BLINA_CARE_TEAM_PHNE",
            "112",
            "BLINA_CARE_TEAM_PHNE: is no setting; did you mean BLINA_CARE_TEAM_PHONE?",
        ),
        ("BLINA_PHONE", "112", "BLINA_PHONE: is no setting; did you mean BLINA_CARE_TEAM_PHONE?"),
        ("BLINA_CRISIS", "988", "BLINA_CRISIS: is no setting; did you mean BLINA_CRISIS_LINE?"),
        ("BLINA_DATABSE", "x", "BLINA_DATABSE: is no setting; did you mean BLINA_DATABASE?"),
        (
            "BLINA_SESSION_SECRT",
            "x",
            "BLINA_SESSION_SECRT: is no setting; did you mean BLINA_SESSION_SECRET?",
        ),
    ],
)
def test_a_wrong_variable_is_named(name: str, text: str, message: str) -> None:
    assert error(DEFAULT, {name: text}) == message


def test_variables_that_are_no_settings_are_left_alone() -> None:
    environ = {
        "BLINA_REST_TOKEN": "x",
        "BLINA_SESSION_SECRET": "y",
        **{f"BLINA_{name}": "1" for name in OTHER_VARIABLES},
        "BLINA_TWILIO_ACCOUNT_SID": "of the centre's own credentials.yml",
        "PATH": "/bin",
    }
    assert load_settings(environ=environ) == load_settings(environ={})


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "care_team_phone: null",
            "care_team_phone: yes",
            "care_team_phone: YAML takes this word for true or false",
        ),
        (
            "care_team_phone: null",
            "care_team_phone: 0113456",
            "care_team_phone: YAML takes this for a number; put it in quotes",
        ),
        ('emergency_number: "112"', "emergency_number: null", "emergency_number: is empty"),
        ("temperature_unit: C", "temprature_unit: C", "temprature_unit: this key is not known here"),
        ("fever_threshold_c: 38.0", "fever_threshold_c: 36.5", "fever_threshold_c: 36.5 is not between"),
        (
            "retention_hours: 72",
            "retention_hours: 72\nretention_hours: 1",
            "retention_hours: this key is already there",
        ),
        (
            "allowed_origins: []",
            "allowed_origins: [javascript]",
            "allowed_origins[0]: 'javascript' is no origin",
        ),
    ],
)
def test_a_mistake_in_the_file_is_named_with_its_line(file: Path, old: str, new: str, message: str) -> None:
    assert old in SHIPPED
    text = SHIPPED.replace(old, new)
    file.write_text(text, encoding="utf-8")
    line = 1 + text[: text.rindex(new.splitlines()[-1])].count("\n")
    assert f"settings.yml:{line}: {message}" in error(file, {})


def test_a_variable_does_not_hide_a_mistake_in_the_file(file: Path) -> None:
    file.write_text(SHIPPED.replace("retention_hours: 72", "retention_hours: 0"), encoding="utf-8")
    assert "settings.yml:" in error(file, {"BLINA_RETENTION_HOURS": "24"})


def test_every_missing_setting_is_named(file: Path) -> None:
    file.write_text("centre_name: A\n", encoding="utf-8")
    missing = error(file, {}).splitlines()
    required = {field for field, model in Settings.__fields__.items() if model.required} - {"centre_name"}
    assert len(missing) == len(required) == 15
    assert all(line.endswith(": is missing") for line in missing)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    message = error(tmp_path / "settings.yml", {})
    assert message == "settings.yml: cannot be read: No such file or directory"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.floats(0, 1), removed=st.integers(0, 30), inserted=st.binary(max_size=6))
def test_no_mutation_of_the_file_gives_anything_but_a_settings_error(
    file: Path, at: float, removed: int, inserted: bytes
) -> None:
    original = SHIPPED.encode()
    place = int(at * len(original))
    file.write_bytes(original[:place] + inserted + original[place + removed :])
    try:
        loaded = load_settings(file, {})
    except SettingsError as wrong:
        loaded = None
        assert str(wrong).startswith("settings.yml")  # noqa: PT017 - whether it fails depends on the mutation
    assert loaded is None or 37.0 <= loaded.fever_threshold_c <= 39.0


@settings(max_examples=150, deadline=None)
@given(field=st.sampled_from(sorted(Settings.__fields__)), text=st.text(max_size=20))
def test_no_variable_gives_anything_but_a_settings_error(field: str, text: str) -> None:
    try:
        loaded = load_settings(environ={variable(field): text})
    except SettingsError as wrong:
        assert str(wrong).startswith(variable(field))  # noqa: PT017 - whether it fails depends on the text
    else:
        assert loaded.emergency_number


def test_an_hour_ago_is_an_hour_ago_also_when_the_clocks_change() -> None:
    summer = local(datetime(2026, 3, 29, 1, 20, tzinfo=timezone.utc), zone("Europe/London"))
    assert summer.strftime("%H:%M %Z") == "02:20 BST"
    assert (summer - timedelta(hours=1)).astimezone(timezone.utc).strftime("%H:%M") == "00:20"


@pytest.mark.parametrize("name", ["Europe", "Europe/Nowhere", "", "../x", None, 5, "A" * 5000])
def test_what_is_no_time_zone_is_none(name: object) -> None:
    assert zone(name) is None
