"""The administrator's key: shown once, it makes a browser the administrator's until it is left, or for half a day.

The key stands in Streamlit's secrets, as ``administrator_key`` under ``[lstm]``. Here and in the run store only hashes
are kept; what the browser holds is random, and is forgotten on the server when the administrator leaves.
"""

import hashlib
import hmac
import ipaddress
import json
import logging
import secrets
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import streamlit as st
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from dashboard.serving.assets import base_path
from dashboard.serving.bodies import read_body
from dashboard.serving.pools import Pools
from dashboard.serving.problems import Kind, Problem
from dashboard.serving.routes import client_of, guarded
from dashboard.shell.rights.cookies import SIGN_IN_COOKIE, SIGNED_IN_SECONDS, cookie
from dashboard.shell.rights.counted import take
from lstm_engine.runs import RunStore

SHORTEST_KEY = 16  # characters; a shorter one could be guessed, however slowly
MOST_BODY = 4_096  # bytes of what is sent to sign in
WRONG = "That is not the administrator's key. It stands in the server's secrets file."
NO_KEY = "No administrator's key is set on this server, so nobody can sign in; its README says how to set one."
UNREADABLE = 'Signing in takes a key, as JSON: {"key": "…"}.'


def hashed(text: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@cache
def key_hash() -> str | None:
    """Of the administrator's key; None as long as there is none that can be used."""
    if not st.secrets.load_if_toml_exists():
        return None
    section = st.secrets.get("lstm", {})
    key = section.get("administrator_key") if isinstance(section, Mapping) else None
    if key is None:
        return None
    if not isinstance(key, str) or len(key.strip()) < SHORTEST_KEY:
        logging.getLogger(__name__).warning(
            "The secrets' administrator_key has fewer than %d characters and is not used; take a longer one.",
            SHORTEST_KEY,
        )
        return None
    return hashed(key.strip())


def has_shown_key(store: RunStore, cookies: Mapping[str, str]) -> bool:
    """Whether a browser's cookies are those of one who has shown the key that holds now, and has not left."""
    token, key = cookies.get(SIGN_IN_COOKIE, ""), key_hash()
    return bool(token) and key is not None and store.is_signed_in(hashed(token), key)


def network_of(address: str) -> str:
    """Whom guesses are counted of: an address, or of the new ones all that one line has.

    >>> network_of("2001:db8:1:2:3:4:5:6"), network_of("10.1.2.3")
    ('2001:db8:1:2::/64', '10.1.2.3')
    """
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if found.version == 4:
        return address
    return found.ipv4_mapped.exploded if found.ipv4_mapped else str(ipaddress.ip_network((found, 64), strict=False))


def shown_key(body: bytes) -> str:
    """The key in a request.

    Raises:
        Problem: there is none.
    """
    try:
        key = json.loads(body)["key"]
    except (ValueError, TypeError, KeyError, RecursionError):
        key = None
    if not isinstance(key, str):
        raise Problem(UNREADABLE)
    return key


def token_for(store: RunStore, key: str, address: str) -> str:
    """What the browser of one who shows the right key is to hold from now on.

    Raises:
        Problem: it is another key, none is set, or too many were tried; then even the right one is not looked at.
    """
    right = key_hash()
    if right is None:
        raise Problem(NO_KEY, Kind.FORBIDDEN)
    full = take(store, ("guesses", network_of(address)), ("all_guesses", ""))
    if full is not None:
        raise full
    if not hmac.compare_digest(hashed(key.strip()), right):
        raise Problem(WRONG, Kind.FORBIDDEN)
    token = secrets.token_urlsafe(32)
    store.sign_in(hashed(token), right, SIGNED_IN_SECONDS)
    return token


def sign_in_routes(get_store: Callable[[], RunStore], pools: Pools) -> list[BaseRoute]:
    """Signing in and leaving; like all that changes something, for our own pages alone (see ``trust``)."""

    async def sign_in(request: Request) -> Response:
        body = await read_body(request, MOST_BODY, "That is too long for a key.")
        key, client = shown_key(body), client_of(request)
        token = await pools.questions.run(client, lambda: token_for(get_store(), key, client))
        return handing({"signed_in": True}, token, SIGNED_IN_SECONDS, request)

    async def sign_out(request: Request) -> Response:
        token = request.cookies.get(SIGN_IN_COOKIE, "")
        if token:
            await pools.questions.run(client_of(request), lambda: get_store().sign_out(hashed(token)))
        return handing({"signed_in": False}, "", 0, request)

    base = base_path()
    return [
        Route(f"{base}/api/sign_in", guarded(sign_in), methods=["POST"]),
        Route(f"{base}/api/sign_out", guarded(sign_out), methods=["POST"]),
    ]


def handing(said: dict[str, Any], token: str, seconds: int, request: Request) -> Response:
    """An answer that gives the browser its token, or takes it away."""
    secure = is_encrypted(request.headers.get("origin", ""), request.url.scheme)
    made = cookie(SIGN_IN_COOKIE, token, seconds, secure, "Strict")
    return JSONResponse(said, headers={"Set-Cookie": made, "Cache-Control": "no-store"})


def is_encrypted(origin: str, scheme: str) -> bool:
    """Whether the browser speaks to us, or to a proxy of ours, under TLS."""
    return origin.startswith("https://") or scheme in ("https", "wss")
