"""What is uploaded and downloaded, as strangers try it."""

import json
import re
from urllib.parse import quote

import pytest

from dashboard.shell.rights import sign_in
from dashboard.shell.rights.asking import MODE_VARIABLE
from dashboard.shell.rights.cookies import SIGN_IN_COOKIE
from dashboard.shell.rights.limits import LIMITS_VARIABLE
from tests.dashboard.shell.rights.conftest import ANNA, BEN, SMALL
from tests.dashboard.shell.rights.test_door import KEY, Door


@pytest.fixture
def door(store, monkeypatch) -> Door:
    monkeypatch.setenv(MODE_VARIABLE, "shared")
    monkeypatch.setattr(sign_in, "key_hash", lambda: sign_in.hashed(KEY))
    monkeypatch.setattr("dashboard.app.shared_services", lambda: type("Shared", (), {"store": store}))
    return Door(store)


def test_a_file_that_a_visitor_may_not_bring_is_refused_before_it_comes_in(door, store):
    path = "/_stcore/upload_file/session/file"
    large = {"content_length": str(9 * 2**20)}
    status, _, body = door.ask("PUT", path, door.cookies(ANNA.identity), **large)
    assert (status, json.loads(body)["kind"]) == (429, "limit")
    assert door.ask("PUT", path, door.cookies(ANNA.identity), content_length="9" * 5_000)[0] == 429
    assert door.ask("PUT", path, door.cookies(ANNA.identity), content_length="1000")[0] == 404  # Streamlit's, not here
    assert door.ask("PUT", path, {SIGN_IN_COOKIE: sign_in.token_for(store, KEY, "")}, **large)[0] == 404
    status, _, body = door.ask("PUT", path, door.cookies(ANNA.identity))  # in pieces, without a word of how many
    assert (status, "how long it is" in json.loads(body)["error"]) == (400, True)


def test_floods_of_uploads_end_by_visitor_by_network_and_when_memory_is_nearly_full(door, monkeypatch):
    monkeypatch.setenv(LIMITS_VARIABLE, "uploads=2 address_uploads=5")
    path = "/_stcore/upload_file/session/file"

    def upload(identity: str | None, client: str) -> int:
        return door.ask("PUT", path, door.cookies(identity), client=client, content_length="1000")[0]

    assert [upload(ANNA.identity, "10.0.0.1") for _ in range(4)] == [404, 404, 429, 429]  # 404 is Streamlit's, not here
    assert [upload(f"{number:022}", "10.0.0.1") for number in range(5)] == [404, 404, 404, 429, 429]
    assert [upload(None, "10.0.0.2") for _ in range(3)] == [404, 404, 429]  # without a cookie it is the network's
    assert upload(BEN.identity, "10.0.0.3") == 404
    monkeypatch.setattr("dashboard.shell.rights.serving.memory_in_use", lambda: 99.0)
    assert upload(BEN.identity, "10.0.0.3") == 429


@pytest.mark.parametrize(
    "asked", ["../../app.py", "..%2f..%2fapp.py", "....//app.py", "/etc/passwd", "browser/../app.py", "x\\..\\y"]
)
def test_no_download_leads_out_of_its_folder_or_has_a_name_that_does(door, store, asked):
    run = store.create(SMALL, start=False)
    for path in (
        f"/api/modules/{asked}",
        f"/api/modules@x/{asked}",
        f"/api/source/{asked}",
        f"/api/runs/{asked}/trace",
    ):
        assert door.ask("GET", path)[0] in (400, 404), path
    for path in (f"/api/runs/{run.id}/trace.npz", f"/api/runs/{run.id}/weights.safetensors"):
        status, given, _ = door.ask("GET", f"{path}?name={quote(asked, safe='')}&sequence=emma")
        assert status == 200
        (named,) = given["content-disposition"]
        assert re.fullmatch(r'attachment; filename="[a-z0-9.-]+"', named)
