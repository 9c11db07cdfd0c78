"""Accounts: whoever signs in through Streamlit's own OpenID Connect login is known again in every browser.

Who somebody is, Streamlit tells the script of their page alone. The script writes a ticket, for a minute and for that
visitor's browser; the browser shows it to a route, which gives it a random token, and the store keeps that one's hash.
An account is a visitor whose identity follows from the account, so that their runs and rooms are theirs anywhere.
"""

import base64
import hashlib
import hmac
import json
import logging
import re
import secrets
import time
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import streamlit as st
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from streamlit.auth_util import is_authlib_installed

from dashboard.serving.assets import base_path
from dashboard.serving.bodies import read_body
from dashboard.serving.pools import Pools
from dashboard.serving.problems import Kind, Problem
from dashboard.serving.routes import client_of, guarded
from dashboard.shell.rights.cookies import IDENTITY, SIGNED_IN_SECONDS, cookie, identity_in, signing_key
from dashboard.shell.rights.sign_in import hashed, is_encrypted
from lstm_engine.runs import RunStore

ACCOUNT_COOKIE = "lstm_account"
TICKET_SECONDS = 60
MOST_BODY = 4_096  # bytes of a message with a ticket
NOT_THEIRS = "That sign-in is too old, or another browser's. Sign in once more."
UNREADABLE = 'Signing in with an account takes a ticket of this app\'s page, as JSON: {"ticket": "…"}.'
MISSING = (
    "The secrets have an [auth] section, but Authlib is not installed, so nobody signs in with an account. "
    "Install what it needs: pip install 'streamlit[auth]'"
)


@cache
def providers() -> tuple[str, ...]:
    """The names of the identity providers in the secrets' section [auth], where they can be used; often ``default``."""
    if not st.secrets.load_if_toml_exists():
        return ()
    section = st.secrets.get("auth")
    if not isinstance(section, Mapping) or "redirect_uri" not in section:
        return ()
    named = [name for name, one in section.items() if isinstance(one, Mapping) and "client_id" in one]
    found = (["default"] if "client_id" in section else []) + named
    if found and not is_authlib_installed():
        logging.getLogger(__name__).warning(MISSING)
        return ()
    return tuple(found)


def identity_of(claims: Mapping[str, Any]) -> str | None:
    """Whom an identity provider's word is about, which names its issuer and the account there; None if about nobody.

    The pair is what tells accounts apart (OpenID Connect Core 1.0, section 5.7); names and addresses change hands.
    """
    issuer, subject = claims.get("iss"), claims.get("sub")
    if not (isinstance(issuer, str) and issuer and isinstance(subject, str) and subject):
        return None
    digest = hashlib.sha256(json.dumps(["account", issuer, subject]).encode()).digest()
    return base64.urlsafe_b64encode(digest).decode()[:22]


def ticket_for(store: RunStore, identity: str, visitor: str) -> str:
    """What a page gives the browser of a visitor who has signed in with the account of that identity."""
    ends = str(int(time.time()) + TICKET_SECONDS)
    return f"{identity}.{ends}.{proof(signing_key(store), identity, ends, visitor)}"


def proof(key: bytes, identity: str, ends: str, visitor: str) -> str:
    """That a page of this store's servers wrote a ticket."""
    return hmac.new(key, f"account {identity} {ends} {visitor}".encode(), hashlib.sha256).hexdigest()


def token_for(store: RunStore, ticket: str, cookies: Mapping[str, str]) -> str:
    """What the browser of one who shows a ticket is to hold from now on.

    Raises:
        Problem: the ticket is made up, too old, or for another browser.
    """
    key = signing_key(store)
    visitor = identity_in(key, cookies)
    identity, _, rest = ticket.partition(".")
    ends, _, given = rest.partition(".")
    right = proof(key, identity, ends, visitor or "").encode()
    is_right = hmac.compare_digest(given.encode("utf-8", "replace"), right)
    if visitor is None or not is_right or not IDENTITY.fullmatch(identity) or int(ends) < time.time():
        raise Problem(NOT_THEIRS, Kind.FORBIDDEN)
    token = secrets.token_urlsafe(32)
    store.sign_in(hashed(token), hashed(f"account {identity}"), SIGNED_IN_SECONDS)
    return f"{identity}.{token}"


def account_in(store: RunStore, cookies: Mapping[str, str]) -> str | None:
    """The identity of the account that a browser is signed in with; None if with none, or no longer."""
    identity, _, token = cookies.get(ACCOUNT_COOKIE, "").partition(".")
    if not token or not IDENTITY.fullmatch(identity):
        return None
    return identity if store.is_signed_in(hashed(token), hashed(f"account {identity}")) else None


def leave_account(store: RunStore, cookies: Mapping[str, str]) -> None:
    """What a browser holds of an account is worth nothing any more."""
    token = cookies.get(ACCOUNT_COOKIE, "").partition(".")[2]
    if token:
        store.sign_out(hashed(token))


def ticket_in(body: bytes) -> str:
    """The ticket in a request; raises Problem if there is none."""
    try:
        ticket = json.loads(body)["ticket"]
    except (ValueError, TypeError, KeyError, RecursionError):
        ticket = None
    if not isinstance(ticket, str) or not re.fullmatch(r"[!-~]{1,200}", ticket):
        raise Problem(UNREADABLE)
    return ticket


def account_routes(get_store: Callable[[], RunStore], pools: Pools) -> list[BaseRoute]:
    """Showing a ticket; like all that changes something, for our own pages alone (see ``trust``)."""

    async def sign_in(request: Request) -> Response:
        body = await read_body(request, MOST_BODY, "That is too long for a ticket.")
        ticket = ticket_in(body)
        held = await pools.questions.run(client_of(request), lambda: token_for(get_store(), ticket, request.cookies))
        secure = is_encrypted(request.headers.get("origin", ""), request.url.scheme)
        made = cookie(ACCOUNT_COOKIE, held, SIGNED_IN_SECONDS, secure, "Strict")
        return JSONResponse({"signed_in": True}, headers={"Set-Cookie": made, "Cache-Control": "no-store"})

    return [Route(f"{base_path()}/api/account", guarded(sign_in), methods=["POST"])]
