"""compose.yaml says what the code says, and is valid as far as that can be seen without Docker."""

import importlib.util
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from django.core.management import get_commands

from core.serving import programs

ROOT = Path(__file__).resolve().parents[3]
TEXT = (ROOT / "compose.yaml").read_text()
FILE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = FILE["services"]
OF_THE_SITE = {name: service for name, service in SERVICES.items() if "build" in service}


def compose_schema() -> dict[str, Any]:
    """The Compose specification's own, as check-jsonschema brings it."""
    package = importlib.util.find_spec("check_jsonschema")
    if package is None or package.origin is None:
        pytest.skip("the Compose specification's schema is not here: pip install check-jsonschema")
    return json.loads(
        Path(package.origin).with_name("builtin_schemas").joinpath("vendor/compose-spec.json").read_text()
    )


def test_it_follows_the_schema_of_the_compose_specification():
    schema = compose_schema()
    validator = jsonschema.validators.validator_for(schema)(schema)
    assert [f"{list(error.absolute_path)}: {error.message}" for error in validator.iter_errors(FILE)] == []


def test_docker_compose_reads_it(tmp_path):
    if (
        not shutil.which("docker")
        or subprocess.run(["docker", "compose", "version"], check=False, capture_output=True).returncode
    ):
        pytest.skip("Docker Compose is not installed (its engine is not needed)")
    shutil.copy(ROOT / "compose.yaml", tmp_path)
    shutil.copytree(ROOT / "deploy", tmp_path / "deploy")
    needed = ("SECRET_KEY", "ALLOWED_HOSTS", "POSTGRES_PASSWORD", "MONGODB_PASSWORD", "REDIS_PASSWORD")
    values = "".join(f"\n{name}=of{number}" for number, name in enumerate(needed))
    (tmp_path / ".env").write_text((ROOT / ".env.example").read_text() + values)
    result = subprocess.run(
        ["docker", "compose", "--profile", "s3", "config", "--format", "json"],
        check=False,
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "DOCKER_CONFIG")},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert result.stderr == ""
    services = json.loads(result.stdout)["services"]
    assert set(services) == set(SERVICES)
    assert services["web"]["environment"]["DATABASE_URL"] == "postgresql://posesite:of2@postgres:5432/posesite"
    assert services["web"]["environment"]["BROKER_URL"] == "redis://:of4@redis:6379/0"


def test_it_has_every_part_of_the_site():
    parts = {"nginx", "setup", "web", "worker", "beat", "cron", "postgres", "mongodb", "redis", "s3"}
    assert set(SERVICES) == parts
    assert {name for name, service in SERVICES.items() if service.get("profiles")} == {"s3"}


@pytest.mark.parametrize("name", SERVICES)
def test_what_a_service_names_is_there(name):
    service = SERVICES[name]
    volumes = [volume.split(":")[0] for volume in service["volumes"] if "$" not in volume.split(":")[0]]
    folders = {volume for volume in volumes if volume.startswith(".")}
    assert set(service["networks"]) <= set(FILE["networks"])
    assert set(volumes) - folders <= set(FILE["volumes"])
    assert [folder for folder in folders if not (ROOT / folder).exists()] == []
    assert set(service.get("depends_on", {})) <= set(SERVICES)
    assert "image" in service


def test_a_service_that_is_waited_for_until_it_is_healthy_says_when_it_is():
    waits = [wait for service in SERVICES.values() for wait in service.get("depends_on", {}).items()]
    conditions = [(other, wait["condition"]) for other, wait in waits]
    healthy = {other for other, condition in conditions if condition == "service_healthy"}
    completed = {other for other, condition in conditions if condition == "service_completed_successfully"}
    assert {"postgres", "mongodb", "redis", "web"} <= healthy
    assert completed == {"setup"}
    assert {name for name, service in SERVICES.items() if "test" in service["healthcheck"]} == set(SERVICES) - {"setup"}


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_held_on_a_short_lead(name):
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["logging"]["options"]["max-size"]
    assert service["restart"] == ("on-failure:5" if name == "setup" else "unless-stopped")


def test_only_nginx_can_be_reached_and_at_first_from_this_machine_alone():
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["nginx"]
    assert SERVICES["nginx"]["ports"] == ["${LISTEN:-127.0.0.1:8080}:8080", "${LISTEN_TLS:-127.0.0.1:8443}:8443"]
    servers = [SERVICES[name]["networks"] for name in ("postgres", "mongodb", "redis", "s3")]
    assert servers == [["inside"]] * 4
    assert FILE["networks"]["inside"] == {"internal": True}


def test_no_secret_has_a_default():
    secrets = re.findall(r"\$\{([A-Z0-9_]*(?:PASSWORD|SECRET|KEY)[A-Z0-9_]*)(:?[-?][^}]*)?\}", TEXT)
    asked_for = {name for name, rest in secrets if rest.startswith(":?")}
    assert asked_for == {"SECRET_KEY", "POSTGRES_PASSWORD", "MONGODB_PASSWORD", "REDIS_PASSWORD"}
    assert {rest for _, rest in secrets if not rest.startswith(":?")} <= {"", ":-"}


def test_every_part_of_the_site_runs_one_image_with_the_same_settings():
    assert set(OF_THE_SITE) == {"setup", "web", "worker", "beat", "cron"}
    first = OF_THE_SITE["web"]
    assert [name for name, service in OF_THE_SITE.items() if service["image"] != first["image"]] == []
    assert [name for name, service in OF_THE_SITE.items() if service["environment"] != first["environment"]] == []
    assert {service.get("read_only") for service in OF_THE_SITE.values()} == {True}


def test_commands_are_those_that_serve_would_run():
    assert SERVICES["worker"]["command"] == ["python", *programs.worker().command[1:]]
    assert SERVICES["beat"]["command"] == ["python", *programs.beat().command[1:]]


def test_every_management_command_exists():
    commands = [service["command"] for service in OF_THE_SITE.values() if "manage.py" in service["command"]]
    named = {command[command.index("manage.py") + 1] for command in commands}
    assert named == {"setup", "serve"}
    assert named <= set(get_commands())


def test_redis_keeps_what_it_was_given():
    command = " ".join(SERVICES["redis"]["command"])
    assert "--appendonly yes --appendfsync everysec --maxmemory-policy noeviction" in command
    assert "redis:/data" in SERVICES["redis"]["volumes"]


def test_scripts_that_containers_run_are_there():
    commands = [*SERVICES["cron"]["command"], *SERVICES["web"]["healthcheck"]["test"]]
    scripts = [word for word in commands if word.startswith("deploy/")]
    assert len(scripts) == 2
    assert [script for script in scripts if not (ROOT / script).is_file()] == []
