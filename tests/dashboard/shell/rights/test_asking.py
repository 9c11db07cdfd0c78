"""Who is taken for whom: by the server's mode, by where a request comes from, by what the browser holds."""

import pytest
import streamlit as st
from streamlit import runtime

from dashboard.shell.rights import asking, sign_in
from dashboard.shell.rights.actor import HERE, ActorKind
from dashboard.shell.rights.asking import MODE_VARIABLE, ORIGIN_HEADER, actor_of, is_from_here, marked, mode
from dashboard.shell.rights.cookies import SIGN_IN_COOKIE, VISITOR_COOKIE, signed, signing_key
from dashboard.shell.services import services
from tests.dashboard.shell.rights.conftest import ANNA

HERE_SAID, ELSEWHERE = "MARK here 127.0.0.1", "MARK elsewhere 10.0.0.1"


@pytest.fixture(autouse=True)
def known_mark(monkeypatch):
    """Of the header that our own middleware writes."""
    monkeypatch.setattr(asking, "mark", lambda: "MARK")


@pytest.fixture
def server(monkeypatch):
    """Sets the mode, and where the server listens."""

    def set_up(said: str | None, address: str | None = None) -> None:
        monkeypatch.delenv(MODE_VARIABLE, raising=False)
        if said is not None:
            monkeypatch.setenv(MODE_VARIABLE, said)
        options = {"server.address": address, "server.allowedHosts": [], "server.baseUrlPath": ""}
        monkeypatch.setattr(st, "get_option", options.get)

    return set_up


@pytest.mark.parametrize(
    ("said", "address", "origin", "everything"),
    [
        (None, "localhost", ELSEWHERE, True),  # make run: nobody is elsewhere
        (None, None, HERE_SAID, True),  # started bare, by one who sits at it
        (None, None, ELSEWHERE, False),  # a hosted service
        (None, "0.0.0.0", ELSEWHERE, False),
        (None, None, "", False),
        (None, None, "guessed here 127.0.0.1", False),
        ("local", "0.0.0.0", ELSEWHERE, True),  # behind a password of one's own
        ("shared", "localhost", HERE_SAID, False),  # behind a proxy on the same machine
        ("SHARED ", "localhost", HERE_SAID, False),
        ("class", "localhost", HERE_SAID, False),  # no such mode: the careful one
    ],
)
def test_who_may_do_everything(store, server, said, address, origin, everything):
    server(said, address)
    assert actor_of(store, {}, origin).may_do_everything is everything
    if not everything:
        assert actor_of(store, {}, origin).kind is ActorKind.GUEST
        held = {VISITOR_COOKIE: signed(signing_key(store), ANNA.identity)}
        visitor = actor_of(store, held, origin)
        assert (visitor.kind, visitor.identity) == (ActorKind.VISITOR, ANNA.identity)
        assert visitor.address == (origin.split(" ")[2] if origin.startswith("MARK") else "")


def test_a_mode_that_is_none_stands_in_the_log(server, caplog):
    server("class")
    assert mode() == "shared"
    assert "'class'" in caplog.text


def scope(client: str, host: str, **headers: str) -> dict:
    heads = [(b"host", host.encode()), *((k.replace("_", "-").encode(), v.encode()) for k, v in headers.items())]
    return {"type": "http", "client": (client, 5), "headers": heads}


@pytest.mark.parametrize(
    ("client", "host", "headers", "here"),
    [
        ("127.0.0.1", "localhost:8501", {}, True),
        ("::1", "[::1]:8501", {}, True),
        ("::ffff:127.0.0.1", "127.0.0.1:8501", {}, True),
        ("10.0.0.1", "localhost:8501", {}, False),
        ("127.0.0.1", "lstm.example", {}, False),  # a name that was made to point here
        ("127.0.0.1", "localhost:8501", {"x_forwarded_for": "10.0.0.1"}, False),  # a proxy on this machine
        ("127.0.0.1", "localhost:8501", {"forwarded": "for=10.0.0.1"}, False),
        ("127.0.0.1", "localhost:8501", {"via": "1.1 proxy"}, False),
        ("", "localhost", {}, False),
        ("testclient", "localhost", {}, False),
    ],
)
def test_who_is_at_this_machine(client, host, headers, here):
    assert is_from_here(scope(client, host, **headers)) is here


def test_what_a_client_says_of_where_it_comes_from_goes():
    forged = scope("10.0.0.1", "lstm.example", **{ORIGIN_HEADER.replace("-", "_"): HERE_SAID})
    found = [value for name, value in marked(forged)["headers"] if name == ORIGIN_HEADER.encode()]
    assert found == [ELSEWHERE.encode()]


def test_whoever_has_shown_the_key_is_the_administrator_until_they_leave(store, server, monkeypatch):
    server("shared")
    monkeypatch.setattr(sign_in, "key_hash", lambda: sign_in.hashed("the key of the class"))
    token = sign_in.token_for(store, "the key of the class", "10.0.0.1")
    held = {SIGN_IN_COOKIE: token}
    assert actor_of(store, held, ELSEWHERE).signed_in
    assert not actor_of(store, {SIGN_IN_COOKIE: sign_in.hashed(token)}, ELSEWHERE).signed_in  # as the store has it
    monkeypatch.setattr(sign_in, "key_hash", lambda: sign_in.hashed("another key by now"))
    assert not actor_of(store, held, ELSEWHERE).may_do_everything
    monkeypatch.setattr(sign_in, "key_hash", lambda: None)
    assert not actor_of(store, held, ELSEWHERE).may_do_everything
    monkeypatch.setattr(sign_in, "key_hash", lambda: sign_in.hashed("the key of the class"))
    store.sign_out(sign_in.hashed(token))
    assert not actor_of(store, held, ELSEWHERE).may_do_everything


def test_whoever_hangs_up_while_their_page_runs_is_a_guest_and_not_somebody_at_this_machine(store, server, monkeypatch):
    """Streamlit then gives no headers and no cookies, as it does where there is no server at all."""
    server(None, None)
    assert asking.present_actor(store) is HERE  # a test of a page
    monkeypatch.setattr(asking, "is_served", lambda: True)
    assert asking.present_actor(store).kind is ActorKind.GUEST
    server("shared", "localhost")
    assert asking.present_actor(store).kind is ActorKind.GUEST


def test_a_server_is_told_from_what_stands_for_one_in_tests_of_pages(monkeypatch):
    assert not asking.is_served()
    monkeypatch.setattr(runtime.Runtime, "_instance", object.__new__(runtime.Runtime))
    assert asking.is_served()


def test_services_show_the_store_as_whoever_looks_sees_it(tmp_path, server, monkeypatch):
    monkeypatch.setenv("LSTM_DATABASE_URL", f"sqlite:///{tmp_path / 'served.sqlite3'}")
    server("shared")
    monkeypatch.setattr("dashboard.shell.services.is_served", lambda: True)
    monkeypatch.setattr(asking, "is_served", lambda: True)
    found = services()
    try:
        assert found.acts.actor.kind is ActorKind.GUEST
        with pytest.raises(AttributeError, match="see Acts"):
            found.store.delete(1)
    finally:
        found.launcher.close()
        found.launcher.store.close()
        st.cache_resource.clear()
