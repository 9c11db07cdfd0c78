"""What is there to run this with a container engine: read as far as that can be without one."""

import re
import shlex
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from dashboard.app import routes
from dashboard.shell.rights.limits import LIMITS_VARIABLE
from tests.browser.school import CONFIGURATION, PLACES, nginx

ROOT = Path(__file__).parents[1]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
SERVERS = [name for name in COMPOSE["services"] if re.fullmatch(r"app\d", name)]
NEEDED = {"POSTGRES_PASSWORD": "secret", "COOKIE_SECRET": "another"}


def interpolated(value: str, given: dict[str, str]) -> str:
    """A value as compose reads it: ``${NAME}``, ``${NAME:-otherwise}``, ``${NAME:?needed}``."""

    def put(found: re.Match[str]) -> str:
        name, kind, rest = found[1], found[2], found[3]
        if given.get(name):
            return given[name]
        assert kind != ":?", f"{name}: {rest}"
        return rest or ""

    return re.sub(r"\$\{([A-Z_]+)(?:(:-|:\?)([^}]*))?\}", put, value)


def environment_with(given: dict[str, str]) -> dict[str, str]:
    """An app server's."""
    said = COMPOSE["services"][SERVERS[0]]["environment"]
    return {name: interpolated(str(value), given) for name, value in said.items()}


def test_all_app_servers_are_alike_but_for_their_place():
    assert len(SERVERS) == 2
    alike = [{key: value for key, value in COMPOSE["services"][name].items() if key != "networks"} for name in SERVERS]
    assert all(service == alike[0] for service in alike)


def test_the_proxy_knows_the_servers_where_they_are_and_they_trust_it_alone():
    places = {COMPOSE["services"][name]["networks"]["school"]["ipv4_address"] for name in SERVERS}
    configuration = CONFIGURATION.read_text("utf-8")
    named = set(re.findall(r"\bserver (\S+:8501)", configuration))
    assert named == {f"{place}:8501" for place in places} == set(PLACES)
    upstreams = re.findall(r"upstream (\w+) \{(.*?)\}", configuration, re.DOTALL)
    assert {name for name, _ in upstreams} == {"all", *(f"{name}_first" for name in SERVERS)}
    assert all(set(re.findall(r"server (\S+)", body)) == named for _, body in upstreams)
    proxy = COMPOSE["services"]["proxy"]["networks"]["school"]["ipv4_address"]
    environment = COMPOSE["services"][SERVERS[0]]["environment"]
    assert environment["FORWARDED_ALLOW_IPS"] == proxy
    assert "8501" not in str([COMPOSE["services"][name].get("ports") for name in SERVERS])  # reached by the proxy alone
    assert COMPOSE["services"]["proxy"]["volumes"] == ["./docs/nginx.conf:/etc/nginx/nginx.conf:ro"]


def test_what_must_be_set_is_asked_for_and_what_servers_read_exists():
    environment = environment_with(NEEDED)
    assert environment["LSTM_DATABASE_URL"] == "postgresql://lstm:secret@postgres/lstm"
    assert environment["STREAMLIT_SERVER_COOKIE_SECRET"] == "another"
    assert environment[LIMITS_VARIABLE] == ""
    for missing in NEEDED:
        given = {name: text for name, text in NEEDED.items() if name != missing}
        with pytest.raises(AssertionError, match=missing):
            environment_with(given)
    sources = "".join(
        path.read_text("utf-8") for folder in ("dashboard", "lstm_engine") for path in (ROOT / folder).rglob("*.py")
    )
    assert all(f'"{name}"' in sources for name in environment if name.startswith("LSTM_"))
    readme = (ROOT / "README.md").read_text("utf-8")
    assert all(f"`{name}`" in readme for name in environment if name.startswith("LSTM_"))


def test_each_service_waits_for_what_it_needs():
    services = COMPOSE["services"]
    for service in services.values():
        for needed, how in service.get("depends_on", {}).items():
            assert how["condition"] == "service_healthy"
            assert "healthcheck" in services[needed]
    paths = {getattr(route, "path", "") for route in routes}
    assert "/readyz" in services[SERVERS[0]]["healthcheck"]["test"][-1]
    assert {"/readyz", "/healthz"} <= paths
    assert set(COMPOSE["volumes"]) == {"runs"}
    assert set(COMPOSE["secrets"]) == {services[SERVERS[0]]["secrets"][0]["source"]}


def test_the_image_installs_what_the_project_names_and_copies_what_is_there():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    extras = [*project["postgres"], *project["metrics"]]
    assert all(f"'{extra}'" in DOCKERFILE for extra in extras)
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    for line in re.findall(r"^COPY (.+)$", DOCKERFILE, re.MULTILINE):
        *sources, _target = shlex.split(line)
        assert all((ROOT / source).exists() and f"!{source}" in ignored for source in sources)
    assert "!.streamlit/secrets.toml" not in ignored
    assert re.search(r"^USER app$", DOCKERFILE, re.MULTILINE)
    assert "dashboard/app.py" in DOCKERFILE


def test_the_page_on_it_names_what_there_is():
    text = (ROOT / "docs" / "school.md").read_text("utf-8")
    for path in re.findall(r"\]\(([^)#:]+)[)#]", text):
        assert (ROOT / "docs" / path).exists(), path
    told = re.findall(r'"(lstm_\w+)"', (ROOT / "dashboard" / "serving" / "metrics.py").read_text("utf-8"))
    listed = {name.removesuffix("_total") for name in re.findall(r"`(lstm_\w+)(?:\{[\w,]*\})?`", text)}
    assert listed == set(told)
    wanted = re.findall(r"\$\{([A-Z_]+)", (ROOT / "compose.yaml").read_text("utf-8"))
    said = text + (ROOT / "README.md").read_text("utf-8")
    assert all(name in said for name in wanted)


def test_nginx_takes_the_configuration(tmp_path: Path):
    program = nginx()
    if program is None:
        pytest.skip("nginx is missing, so it cannot say what it thinks: apt-get install nginx")
    configuration = tmp_path / "nginx.conf"
    text = CONFIGURATION.read_text("utf-8").replace("/tmp/nginx.pid", str(tmp_path / "nginx.pid"))
    configuration.write_text(text.replace("listen 80;", "listen 127.0.0.1:18080;"))
    done = subprocess.run([program, "-t", "-c", configuration], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "warn" not in done.stderr
    assert shutil.which(program)
