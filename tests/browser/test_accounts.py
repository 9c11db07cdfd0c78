"""A teacher signs in through Streamlit's own OpenID Connect login, against a real small identity provider."""

import json
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from lstm_engine.runs import RunStore
from tests.browser.server import AppServer
from tests.browser.test_classroom import PHONE, bar, press

pytestmark = pytest.mark.thorough
NAME = "Dr. *Mary* <b>Shaw</b>"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Its address; whoever types the subject of an account is signed in with it."""
    if not (find_spec("oidc_provider_mock") and find_spec("authlib")):
        pytest.skip("an identity provider to sign in at is missing: pip install -e '.[thorough]'")
    port, log = free_port(), tmp_path_factory.mktemp("provider") / "log"
    claims = json.dumps({"sub": "mary", "name": NAME, "email": "mary@school.example"})
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--user-claims", claims]
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output)
    url, deadline = f"http://127.0.0.1:{port}", time.monotonic() + 30
    while True:
        try:
            urllib.request.urlopen(f"{url}/.well-known/openid-configuration", timeout=1).close()
            break
        except OSError:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline
            time.sleep(0.1)
    yield url
    process.terminate()
    process.wait(timeout=20)


@pytest.fixture
def served(server: AppServer, provider: str, monkeypatch: pytest.MonkeyPatch) -> AppServer:
    """A server in mode shared, whose secrets name the provider."""
    secrets = Path(server.folder) / "secrets.toml"
    secrets.write_text(
        "[auth]\n"
        f'redirect_uri = "{server.url}/oauth2callback"\n'
        'cookie_secret = "what this server signs its sessions with"\n'
        'client_id = "the school"\nclient_secret = "of the school"\n'
        f'server_metadata_url = "{provider}/.well-known/openid-configuration"\n'
    )
    monkeypatch.setenv("LSTM_MODE", "shared")
    monkeypatch.setenv("STREAMLIT_SECRETS_FILES", str(secrets))
    RunStore(server.database_url).close()
    server.start()
    return server


def sign_in(page: Page, subject: str) -> None:
    press(page, "Visitor")
    page.get_by_role("button", name="Sign in with an account").click()
    page.get_by_placeholder("sub").fill(subject)
    press(page, "Authorize")


def test_a_teacher_signs_in_and_leads_their_room_in_another_browser(
    served: AppServer, open_page: Callable[..., Page], tmp_path: Path
):
    school = open_page(f"{served.url}/classroom", apart=True)
    sign_in(school, "mary")
    school.wait_for_url("**/classroom")  # from where they went to sign in
    corner = school.locator(".st-key-who_asks button").first
    expect(corner).to_contain_text(NAME)  # as text
    press(school, "Open a room")
    code = school.locator(".classroom .code").inner_text()

    home = open_page(f"{served.url}/classroom", viewport=PHONE, apart=True, color_scheme="dark")
    expect(home.get_by_text("Lead your room")).to_have_count(0)
    sign_in(home, "mary")
    home.wait_for_url("**/classroom")
    expect(home.get_by_role("button", name=f"Lead your room {code} here")).to_be_visible()
    home.screenshot(path=tmp_path / "own_room.png")
    press(home, f"Lead your room {code} here")
    expect(home.locator(".classroom .code")).to_have_text(code)
    bar(home, "Nobody has joined")
    expect(home.locator(".key")).to_be_hidden()

    # another account is another visitor
    other = open_page(f"{served.url}/classroom", apart=True)
    sign_in(other, "joe")
    other.wait_for_url("**/classroom")
    expect(other.locator(".st-key-who_asks button").first).not_to_contain_text("Visitor")
    expect(other.get_by_role("button", name="Open a room", exact=True)).to_be_visible()
    expect(other.get_by_text("Lead your room")).to_have_count(0)

    # out again: the cookie that is still held is worth nothing
    kept = {cookie["name"]: cookie["value"] for cookie in home.context.cookies()}
    home.locator(".st-key-who_asks button").first.click()
    home.screenshot(path=tmp_path / "signed_in.png")
    press(home, "Sign out")
    press(home, "End session")  # which the provider asks, for its own
    expect(home.locator(".st-key-who_asks button").first).to_contain_text("Visitor")
    home.goto(f"{served.url}/classroom")
    expect(home.get_by_role("button", name="Open a room", exact=True)).to_be_visible()
    expect(home.locator(".classroom .code")).to_have_count(0)
    request = urllib.request.Request(
        f"{served.url}/api/rooms/mine",
        headers={"Cookie": "; ".join(f"{name}={value}" for name, value in kept.items())},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        mine = json.load(answer)
    assert (mine["role"], mine.get("own_rooms")) == (None, None)
    assert "lstm_account" in kept


def test_whoever_is_refused_by_their_provider_stays_a_visitor(served: AppServer, open_page: Callable[..., Page]):
    page = open_page(f"{served.url}/step", apart=True)
    press(page, "Visitor")
    page.get_by_role("button", name="Sign in with an account").click()
    press(page, "Deny")
    expect(page.locator(".st-key-who_asks button").first).to_contain_text("Visitor")
    # an answer of a provider that nobody was sent to
    page.goto(f"{served.url}/oauth2callback?code=made-up&state=made-up")
    expect(page.locator(".st-key-who_asks button").first).to_contain_text("Visitor")
    assert not [cookie for cookie in page.context.cookies() if cookie["name"] in ("lstm_account", "_streamlit_user")]
