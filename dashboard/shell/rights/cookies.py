"""What a visitor's browser holds: a random identity that this server signed, out of reach of scripts and other sites.

The signing key stands in the run store, so that all servers of a store know a visitor again, and after a restart too.
"""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping

import streamlit as st

from dashboard.serving.assets import base_path
from lstm_engine.runs import RunStore

VISITOR_COOKIE, SIGN_IN_COOKIE = "lstm_visitor", "lstm_sign_in"
TEACHER_COOKIE, SEAT_COOKIE = "lstm_teacher", "lstm_seat"  # who a browser is in a room, see ``members``
KEPT_SECONDS = 180 * 24 * 3600  # that a browser keeps its identity
SIGNED_IN_SECONDS = 12 * 3600
IDENTITY = re.compile(r"[A-Za-z0-9_-]{22}")  # 128 random bits


@st.cache_resource(show_spinner=False)
def _key(_store: RunStore, _url: str, digest: str) -> bytes:
    return (secrets.token_urlsafe(32) if _store.read_only else _store.server_key("cookies")).encode()


def signing_key(store: RunStore) -> bytes:
    """The key of the store's servers; one of this process's own where nothing can be written.

    Raises:
        StoreError: the store does not answer.
    """
    return _key(store, store.url, hashlib.sha256(store.url.encode()).hexdigest())


def signature(key: bytes, identity: str) -> str:
    """What proves that a server of this store gave the identity away."""
    digest = hmac.new(key, f"visitor {identity}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def new_identity() -> str:
    """Nobody's yet."""
    return secrets.token_urlsafe(16)


def signed(key: bytes, identity: str) -> str:
    """The cookie's value."""
    return f"{identity}.{signature(key, identity)}"


def identity_in(key: bytes, cookies: Mapping[str, str]) -> str | None:
    """The identity that a browser's cookies prove; None if they prove none."""
    identity, _, proof = cookies.get(VISITOR_COOKIE, "").partition(".")
    if not IDENTITY.fullmatch(identity):
        return None
    return identity if hmac.compare_digest(proof.encode(), signature(key, identity).encode()) else None


def cookie(name: str, value: str, seconds: int, secure: bool, same_site: str = "Lax") -> str:
    """A Set-Cookie header: for this app's path, read by no script, sent along with no other site's requests.

    Args:
        seconds: that it is kept; 0 takes it away.
        secure: whether it is for encrypted connections alone, which the server can ask for where it has one.
    """
    path = base_path() or "/"
    end = "; Secure" if secure else ""
    return f"{name}={value}; Path={path}; Max-Age={seconds}; HttpOnly; SameSite={same_site}{end}"
