"""Who may ask: requests by names this server knows, and what changes something only from its own pages.

Another site's page, open in the same browser, can send requests here. Its browser says so (``Origin``,
``Sec-Fetch-Site``), and such a page cannot read the token that our own are handed. A page whose name was made to point
at this machine (DNS rebinding) passes for our own by origin, but names a host that we are not.
"""

import hashlib
import hmac
import ipaddress
import re
import secrets
from functools import cache

import streamlit as st
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboard.serving.assets import base_path
from dashboard.serving.problems import Kind, Problem, refusal

TOKEN_HEADER = "x-lstm-token"
READING = ("GET", "HEAD", "OPTIONS")
DEFAULT_PORTS = {"http": "80", "https": "443"}
HOST = re.compile(r"(?P<name>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:(?P<port>[0-9]{1,5}))?")
FOREIGN = "This was asked from another site. Open the app itself and try again."
STALE = "This page is older than the server, or none of its own. Reload it and try again."
UNKNOWN_HOST = (
    "This server listens on this machine only, under the names localhost and 127.0.0.1, and was called by another. "
    "To let others in, start it with “make serve”, or name the host in the setting server.allowedHosts."
)


@cache
def server_token() -> str:
    """The secret that this server's pages send with whatever changes something.

    Servers that stand in for each other have one cookie secret (``server.cookieSecret``), and so one token; a server
    that was given none has made one up.
    """
    return hmac.new(str(st.get_option("server.cookieSecret")).encode(), b"lstm token", hashlib.sha256).hexdigest()


class Trust:
    """ASGI middleware that refuses what this server's own pages did not send.

    Args:
        app: what is asked if it is trusted.
    """

    def __init__(self, app: ASGIApp):
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        problem = complaint(scope)
        if problem is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})  # before it is accepted: a 403
        else:
            await refusal(Problem(problem, Kind.UNTRUSTED))(scope, receive, send)


def complaint(scope: Scope) -> str | None:
    """Why a request is refused; None if it is not."""
    headers = Headers(scope=scope)
    host = headers.get("host", "")
    if listens_locally() and not is_local(host):
        return UNKNOWN_HOST
    changes = scope["type"] == "websocket" or scope["method"] not in READING
    own_route = scope["path"].startswith(f"{base_path()}/api/")
    if changes and not same_origin(headers.get("origin"), host):
        return FOREIGN
    if own_route and headers.get("sec-fetch-site", "none").lower() not in ("none", "same-origin"):
        return FOREIGN  # even what changes nothing costs something; a link leads to the pages, which ask for themselves
    if own_route and changes and scope["type"] == "http":
        sent = headers.get(TOKEN_HEADER, "").encode()
        if not secrets.compare_digest(sent, server_token().encode()):
            return STALE
    return None


def same_origin(origin: str | None, host: str) -> bool:
    """Whether a page of that origin is one of the host's own; what is no browser names none, and needs the token."""
    if origin is None:
        return True
    if not st.get_option("server.enableCORS") or origin in st.get_option("server.corsAllowedOrigins"):
        return True
    scheme, _, place = origin.partition("://")
    default = DEFAULT_PORTS.get(scheme)
    ours, asked = name_and_port(place, default), name_and_port(host, default)
    return default is not None and ours is not None and ours == asked


def name_and_port(host: str, default_port: str | None = None) -> tuple[str, str | None] | None:
    """What a host consists of, as browsers write it; None for what they never write."""
    parts = HOST.fullmatch(host)
    return None if parts is None else (parts["name"], parts["port"] or default_port)


def listens_locally() -> bool:
    """Whether this server was started for this machine only, with no other name allowed to it."""
    address = st.get_option("server.address") or ""
    return is_local(f"[{address}]" if ":" in address else address) and not st.get_option("server.allowedHosts")


def is_local(host: str) -> bool:
    """Whether a host, with its port or without, is this machine."""
    parts = name_and_port(host)
    if parts is None:
        return False
    name = parts[0].lower().strip("[]")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
