import pytest
import streamlit as st
from streamlit import config

from dashboard.serving.problems import Kind, Problem
from dashboard.shell.rights import sign_in
from dashboard.shell.rights.limits import LIMITS_VARIABLE
from dashboard.shell.rights.sign_in import SHORTEST_KEY, key_hash, network_of, shown_key, token_for

KEY = "the key of the class"


@pytest.fixture
def secrets(tmp_path, monkeypatch):
    """Writes the secrets file."""
    get_option = config.get_option

    def write(text: str) -> None:
        path = tmp_path / "secrets.toml"
        path.write_text(text)
        st.secrets._reset()
        options = {"secrets.files": [str(path)]}
        monkeypatch.setattr(config, "get_option", lambda name: options.get(name) or get_option(name))
        monkeypatch.setattr(type(st.secrets), "_maybe_install_file_watchers", lambda _self: None)
        key_hash.cache_clear()

    yield write
    st.secrets._reset()
    key_hash.cache_clear()


def test_the_key_stands_in_the_secrets_and_only_its_hash_is_kept(secrets):
    secrets(f'[lstm]\nadministrator_key = "{KEY}"\n')
    assert key_hash() == sign_in.hashed(KEY)
    assert KEY not in repr(key_hash())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[lstm]\n",
        '[other]\nadministrator_key = "the key of another"\n',
        "lstm = 3\n",
        "[lstm]\nadministrator_key = 12345678901234567890\n",
        f'[lstm]\nadministrator_key = "{"x" * (SHORTEST_KEY - 1)}"\n',
        f'[lstm]\nadministrator_key = "{" " * 40}"\n',
        "[lstm\n",
    ],
)
def test_without_a_key_that_can_be_used_nobody_signs_in(store, secrets, text):
    secrets(text)
    assert key_hash() is None
    for key in ("", KEY, "None"):
        with pytest.raises(Problem, match="No administrator's key is set") as refused:
            token_for(store, key, "10.0.0.1")
        assert refused.value.kind is Kind.FORBIDDEN


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("10.1.2.3", "10.1.2.3"),
        ("::ffff:10.1.2.3", "10.1.2.3"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("nowhere", "nowhere"),
        ("", ""),
    ],
)
def test_what_one_line_has_is_counted_together(address, network):
    assert network_of(address) == network


@pytest.fixture
def with_key(monkeypatch):
    monkeypatch.setattr(sign_in, "key_hash", lambda: sign_in.hashed(KEY))


def test_guesses_end_by_network_and_then_not_even_the_right_key_is_looked_at(store, with_key, monkeypatch):
    monkeypatch.setenv(LIMITS_VARIABLE, "guesses=3")
    kinds = []
    for number in range(5):
        with pytest.raises(Problem) as refused:
            token_for(store, f"guess {number}", f"2001:db8:1:2::{number}")  # one line has all of these addresses
        kinds.append(refused.value.kind)
    assert kinds == [Kind.FORBIDDEN] * 3 + [Kind.LIMIT] * 2
    with pytest.raises(Problem, match="From your network, 3 keys"):
        token_for(store, KEY, "2001:db8:1:2::9")
    assert token_for(store, KEY, "10.0.0.7")  # the administrator is elsewhere


def test_guesses_from_many_addresses_end_as_well(store, with_key, monkeypatch):
    monkeypatch.setenv(LIMITS_VARIABLE, "guesses=3 all_guesses=5")
    for number in range(5):
        with pytest.raises(Problem, match="not the administrator's key"):
            token_for(store, "guess", f"10.0.0.{number}")
    with pytest.raises(Problem, match="from anywhere"):
        token_for(store, KEY, "10.0.0.77")


def test_what_the_store_keeps_of_a_sign_in_opens_nothing(store, with_key):
    token = token_for(store, f" {KEY}\n", "10.0.0.1")  # as it is pasted
    with store._readers.connect() as connection:
        kept = str(connection.exec_driver_sql("SELECT * FROM sign_ins").fetchall())
    assert token not in kept
    assert KEY not in kept


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b'{"key": 3}', b'{"key": null}', b"\xff\xfe", b"[" * 3_000, b'"key"']
)
def test_what_is_no_key_is_refused_in_a_sentence(body):
    with pytest.raises(Problem, match="Signing in takes a key"):
        shown_key(body)


@pytest.mark.parametrize("key", ["\ud800", "", "\0" * 99, "é" * 99])
def test_no_key_that_can_be_written_is_an_error(store, with_key, key):
    with pytest.raises(Problem, match="not the administrator's"):
        token_for(store, key, "nowhere")
