"""systemd, nginx and Caddy take their files; Prometheus its rules, which fire when they should."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from blina.observe.metrics import REGISTRY
from tests.deploy.conftest import DEPLOY, checked, read

MONITORING = DEPLOY / "monitoring"
SITES = {site.stem: site.read_text(encoding="utf-8") for site in sorted((DEPLOY / "nginx").glob("*.conf"))}
UNIT = (DEPLOY / "systemd" / "blina.service").read_text(encoding="utf-8")
NGINX = """
pid {folder}/nginx.pid;
error_log stderr;
events {{ }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/blina.conf;
}}
"""


def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    program = tmp_path / "blina" / ".venv" / "bin" / "blina"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n", encoding="utf-8")
    program.chmod(0o755)
    unit = tmp_path / "blina.service"
    unit.write_text(UNIT.replace("/opt/blina", str(tmp_path / "blina")), encoding="utf-8")
    assert checked("systemd-analyze", "verify", "--man=no", str(unit)) == ""


def test_the_unit_is_restricted() -> None:
    for line in (
        "DynamicUser=yes",
        "ProtectSystem=strict",
        "NoNewPrivileges=yes",
        "CapabilityBoundingSet=\n",
    ):
        assert line in UNIT


@pytest.mark.parametrize("site", SITES)
def test_nginx_takes_the_site(tmp_path: Path, site: str) -> None:
    key, certificate = tmp_path / "privkey.pem", tmp_path / "fullchain.pem"
    made = ["-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=blina.example.org"]
    checked("openssl", "req", *made, "-keyout", str(key), "-out", str(certificate))
    (tmp_path / "blina.conf").write_text(
        SITES[site].replace("/etc/blina/tls", str(tmp_path)), encoding="utf-8"
    )
    main = tmp_path / "nginx.conf"
    main.write_text(NGINX.format(folder=tmp_path), encoding="utf-8")
    assert "test is successful" in checked("nginx", "-t", "-p", str(tmp_path), "-c", str(main))


def test_no_request_that_reached_a_replica_is_sent_to_another() -> None:
    (says,) = re.findall(r"proxy_next_upstream (.*);", SITES["blina-replicas"])
    assert says.split() == ["error", "timeout"]


def test_caddy_takes_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SITE_NAME", "blina.example.org")
    monkeypatch.setenv("HOME", str(tmp_path))
    caddyfile = str(DEPLOY / "caddy" / "Caddyfile")
    assert "Valid configuration" in checked(
        "caddy", "validate", "--adapter", "caddyfile", "--config", caddyfile
    )
    checked("caddy", "fmt", "--diff", caddyfile)


def test_no_proxy_passes_metrics_on_or_trusts_an_address_that_a_client_names() -> None:
    for site in SITES.values():
        assert re.search(r"location /metrics \{\s+return 404;", site)
        assert set(re.findall(r"X-Forwarded-For (.*);", site)) == {"$remote_addr"}
    assert "@inside path /metrics" in (DEPLOY / "caddy" / "Caddyfile").read_text(encoding="utf-8")


def test_prometheus_takes_its_files_and_the_rules_fire_when_they_should() -> None:
    assert "SUCCESS" in checked("promtool", "check", "config", "prometheus.yml", folder=MONITORING)
    assert "SUCCESS" in checked("promtool", "test", "rules", "alerts_test.yml", folder=MONITORING)


def asked() -> str:
    """All that the rules and the dashboard ask Prometheus for."""
    rules = [rule["expr"] for group in read(MONITORING / "alerts.yml")["groups"] for rule in group["rules"]]
    panels = json.loads((MONITORING / "grafana.json").read_text(encoding="utf-8"))["panels"]
    return "\n".join([*rules, *(target["expr"] for panel in panels for target in panel["targets"])])


def test_rules_and_dashboard_ask_for_what_there_is() -> None:
    families = list(REGISTRY.collect())
    there = {f"{family.name}_total" if family.type == "counter" else family.name for family in families}
    there |= {f"{family.name}_bucket" for family in families if family.type == "histogram"}
    assert set(re.findall(r"\b(?:blina|process)_\w+", asked())) <= there


def test_what_is_counted_is_shown() -> None:
    ours = [family.name for family in REGISTRY.collect() if family.name.startswith("blina_")]
    assert [name for name in ours if name not in asked()] == []


@pytest.mark.parametrize("rule", read(MONITORING / "alerts.yml")["groups"][0]["rules"])
def test_the_page_says_what_to_do_about_each_alert(rule: dict[str, str]) -> None:
    page = (DEPLOY.parent / "docs" / "operations.md").read_text(encoding="utf-8")
    assert f"`{rule['alert']}`" in page
