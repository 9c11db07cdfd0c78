import pytest
from hypothesis import given
from hypothesis import strategies as some

from dashboard.shell.rights.cookies import (
    IDENTITY,
    VISITOR_COOKIE,
    cookie,
    identity_in,
    new_identity,
    signature,
    signed,
    signing_key,
)

KEY = b"the server's"
ANNA = "a" * 22


def held(value: str) -> dict[str, str]:
    return {VISITOR_COOKIE: value}


def test_a_browser_is_known_again_by_what_it_was_given():
    identity = new_identity()
    assert IDENTITY.fullmatch(identity)
    assert identity_in(KEY, held(signed(KEY, identity))) == identity
    assert len({new_identity() for _ in range(50)}) == 50


@pytest.mark.parametrize(
    "value",
    [
        "",
        ".",
        ANNA,
        f"{ANNA}.",
        f"{ANNA}.{signature(b'another', ANNA)}",
        f"{'b' * 22}.{signature(KEY, ANNA)}",  # another's identity with one's own proof
        f"{ANNA}.{signature(KEY, ANNA)}x",
        f"{ANNA}.{signature(KEY, ANNA)[:-1]}",
        f"{ANNA}.{signature(KEY, ANNA).swapcase()}",
        f".{signature(KEY, '')}",
        f"{ANNA}a.{signature(KEY, ANNA + 'a')}",  # signed, but of no form that we give
        f"{ANNA}.é",
        "\0" * 99,
    ],
)
def test_a_cookie_that_was_made_up_or_changed_proves_nothing(value):
    assert identity_in(KEY, held(value)) is None


@given(some.text(max_size=90))
def test_no_text_is_taken_for_an_identity(text):
    assert identity_in(KEY, held(text)) is None


def test_a_cookie_is_kept_from_scripts_and_from_other_sites():
    made = cookie("name", "value", 60, secure=True)
    assert {"HttpOnly", "Secure", "SameSite=Lax", "Path=/", "Max-Age=60"} <= set(made.split("; "))
    assert "Secure" not in cookie("name", "value", 60, secure=False)


def test_the_signing_key_outlives_the_server_and_is_the_stores_own(store, tmp_path):
    key = signing_key(store)
    assert key == signing_key(store) == store.server_key("cookies").encode()
    assert len(key) >= 40
