"""Who it is that asks: the mode of the server, and what came with a request or with a page's connection."""

import ipaddress
import logging
import os
import secrets
from collections.abc import Mapping
from functools import cache

import streamlit as st
from starlette.requests import HTTPConnection
from starlette.types import Scope
from streamlit import runtime

from dashboard.serving.trust import is_local, listens_locally
from dashboard.shell.rights.accounts import account_in
from dashboard.shell.rights.actor import HERE, Actor, ActorKind
from dashboard.shell.rights.cookies import SEAT_COOKIE, TEACHER_COOKIE, identity_in, signing_key
from dashboard.shell.rights.sign_in import has_shown_key, hashed
from lstm_engine.runs import RunStore

MODE_VARIABLE = "LSTM_MODE"
LOCAL, SHARED = "local", "shared"
ORIGIN_HEADER = "x-lstm-from"  # written by our own middleware alone, see ``marked``
# a proxy on this machine asks from here for somebody elsewhere, and says so
FORWARDED = (b"forwarded", b"x-forwarded-for", b"x-forwarded-host", b"x-real-ip", b"via", b"cf-connecting-ip")


@cache
def mark() -> str:
    """What tells a header of our middleware from one that a client made up."""
    return secrets.token_urlsafe(16)


def mode() -> str:
    """``local`` or ``shared``, as the server's settings say; empty where they say nothing."""
    said = os.environ.get(MODE_VARIABLE, "").strip().lower()
    if said not in ("", LOCAL, SHARED):
        logging.getLogger(__name__).warning(
            "%s is %r, expected %s or %s; it is taken for %s", MODE_VARIABLE, said, LOCAL, SHARED, SHARED
        )
        return SHARED
    return said


def everyone_is_here() -> bool:
    """Whether whoever reaches this server may do everything: it is for this machine alone, or was told so."""
    return mode() == LOCAL or (mode() == "" and listens_locally())


def marked(scope: Scope) -> Scope:
    """A request that says in a header, for Streamlit's pages, from where it came; what the client said there goes."""
    name = ORIGIN_HEADER.encode()
    headers = [(key, value) for key, value in scope["headers"] if key.lower() != name]
    here = "here" if is_from_here(scope) else "elsewhere"
    address = (scope.get("client") or ("",))[0]
    return {**scope, "headers": [*headers, (name, f"{mark()} {here} {address}".encode("latin-1", "replace"))]}


def is_from_here(scope: Scope) -> bool:
    """Whether a request comes from this machine, and not through a proxy that would ask for others."""
    headers = dict(scope["headers"])
    if not is_local(headers.get(b"host", b"").decode("latin-1")) or any(name in headers for name in FORWARDED):
        return False
    try:
        address = ipaddress.ip_address((scope.get("client") or ("",))[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def actor_of(store: RunStore, cookies: Mapping[str, str], origin: str) -> Actor:
    """Who asks with these cookies.

    Args:
        origin: the header that ``marked`` wrote; empty if it did not, and then nobody is taken for being here.

    Raises:
        StoreError: the store does not answer.
    """
    if everyone_is_here():
        return HERE
    proof, _, rest = origin.partition(" ")
    place, _, address = rest.partition(" ") if secrets.compare_digest(proof.encode(), mark().encode()) else ("",) * 3
    if mode() == "" and place == "here":
        return HERE
    if has_shown_key(store, cookies):
        return Actor(ActorKind.ADMINISTRATOR, address=address, signed_in=True)
    held = (cookies.get(name, "") for name in (TEACHER_COOKIE, SEAT_COOKIE))
    key_hash, token_hash = (hashed(value) if value else "" for value in held)
    account = account_in(store, cookies)
    identity = account or identity_in(signing_key(store), cookies)
    kind = ActorKind.GUEST if identity is None else ActorKind.VISITOR
    return Actor(kind, identity, address, key_hash=key_hash, token_hash=token_hash, account=account is not None)


def actor_of_request(store: RunStore, connection: HTTPConnection) -> Actor:
    """Who asks a route; see ``actor_of``."""
    return actor_of(store, connection.cookies, connection.headers.get(ORIGIN_HEADER, ""))


def present_actor(store: RunStore) -> Actor:
    """Who the page's script runs for just now; whoever has gone meanwhile is a guest.

    See ``actor_of``. Without a server, as in a test of a page, it is whoever runs it.
    """
    if not is_served():
        return HERE
    return actor_of(store, cookies_here(), origin_here())


def is_served() -> bool:
    """Whether a server of Streamlit's runs in this process, rather than what stands for one in a test of pages."""
    return runtime.exists() and type(runtime.get_instance()) is runtime.Runtime


def cookies_here() -> Mapping[str, str]:
    """Of the browser whose page runs."""
    return st.context.cookies


def origin_here() -> str:
    """From where its connection came, as ``marked`` said."""
    return str(st.context.headers.get(ORIGIN_HEADER, ""))
