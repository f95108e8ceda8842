"""The image, compose and Kubernetes: nobody is root, nothing is writable that need not be."""

from __future__ import annotations

from typing import Any

import pytest

from blina.knowledge.settings import Settings, variable
from tests.deploy.conftest import DEPLOY, checked, read

KUBERNETES = DEPLOY / "kubernetes"
OBJECTS = list(read(KUBERNETES / "kustomization.yml")["resources"])
BESIDE_SETTINGS = {"BLINA_HOST", "BLINA_PORT", "BLINA_REST_TOKEN", "BLINA_SESSION_SECRET"}


def pod() -> dict[str, Any]:
    found: dict[str, Any] = read(KUBERNETES / "server.yml")["spec"]["template"]["spec"]
    return found


def test_the_dockerfile_is_clean() -> None:
    assert checked("hadolint", "--failure-threshold", "info", "Dockerfile") == ""


def test_the_image_runs_as_nobody_in_particular_and_keeps_no_secret() -> None:
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    final = text.rpartition("\nFROM ")[2]
    assert "USER 10001" in final
    assert "HEALTHCHECK" in final
    assert "TOKEN" not in text
    assert "SECRET" not in text
    left_out = (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    assert {".git", "*.env", "var", "models"} <= set(left_out)


def test_compose_gives_no_more_rights_than_needed() -> None:
    services = read(DEPLOY / "compose.yml")["services"]
    for service in services.values():
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["restart"] == "unless-stopped"
    assert "ports" not in services["blina"]
    assert services["blina"]["security_opt"] == ["no-new-privileges:true"]
    assert services["caddy"]["depends_on"]["blina"]["condition"] == "service_healthy"


@pytest.mark.parametrize("name", OBJECTS)
def test_an_object_is_what_kubernetes_knows(name: str) -> None:
    assert "passed" in checked("kubernetes-validate", "--strict", str(KUBERNETES / name))


def test_every_object_is_applied() -> None:
    assert {file.name for file in KUBERNETES.glob("*.yml")} == {"kustomization.yml", *OBJECTS}


def test_the_pod_is_restricted_probed_and_bounded() -> None:
    assert pod()["securityContext"]["runAsNonRoot"] is True
    assert pod()["automountServiceAccountToken"] is False
    (server,) = pod()["containers"]
    assert server["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert server[probe]["httpGet"]["path"] == "/health"
    assert server["resources"]["requests"]
    assert server["resources"]["limits"]["memory"]


def test_one_server_writes_the_file_and_is_not_taken_away_unseen() -> None:
    assert read(KUBERNETES / "server.yml")["spec"]["replicas"] == 1
    assert read(KUBERNETES / "disruption.yml")["spec"]["minAvailable"] == 1


def test_the_network_lets_in_the_proxy_and_prometheus_only() -> None:
    rules = read(KUBERNETES / "network.yml")["spec"]
    assert rules["policyTypes"] == ["Ingress", "Egress"]
    (way_in,) = rules["ingress"]
    spaces = [source["namespaceSelector"]["matchLabels"].popitem()[1] for source in way_in["from"]]
    assert spaces == ["ingress-nginx", "monitoring"]


def test_every_variable_is_one_that_the_assistant_knows() -> None:
    known = {variable(field) for field in Settings.__fields__} | BESIDE_SETTINGS
    named = {
        *read(DEPLOY / "compose.yml")["services"]["blina"]["environment"],
        *(item["name"] for item in pod()["containers"][0]["env"]),
        *(line.partition("=")[0] for line in example()),
    }
    assert named <= known


def test_the_example_names_the_secrets_and_holds_none() -> None:
    given = dict(line.split("=", 1) for line in example())
    assert given["BLINA_REST_TOKEN"] == given["BLINA_SESSION_SECRET"] == ""


def example() -> list[str]:
    text = (DEPLOY / "blina.env.example").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]
