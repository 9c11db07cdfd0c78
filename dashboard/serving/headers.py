"""What every response says about how a browser is to treat it."""

import base64
import hashlib
import logging
import os
import re
from functools import cache
from pathlib import Path

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger(__name__)

REFUSED_IN_FULL = "websocket.http.response"  # ASGI's extension: what refuses a WebSocket is a response with headers
EMBED_VARIABLE = "LSTM_EMBED_ORIGINS"
ORIGIN = re.compile(r"https?://(\*\.)?[A-Za-z0-9.-]+(:[0-9]{1,5})?")
INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


@cache
def embed_origins() -> list[str]:
    """The sites whose pages may show this app in a frame, as the setting names them; none by default.

    What is no origin is left out and stands in the log: it would be read as something else.
    """
    named = re.split(r"[\s,]+", os.environ.get(EMBED_VARIABLE, "").strip())
    origins = [origin.rstrip("/") for origin in named if origin]
    for origin in origins:
        if not ORIGIN.fullmatch(origin):
            log.warning(
                "%s names %r, which is no origin and is left out; it must read like https://course.example",
                EMBED_VARIABLE,
                origin,
            )
    return [origin for origin in origins if ORIGIN.fullmatch(origin)]


def policy() -> str:
    """What a page may load: our own things alone.

    Streamlit loads components from blobs and writes styles by scripts; its page's inline scripts are named by what they
    are, so that no other one runs.
    """
    page = Path(st.__file__).parent / "static" / "index.html"
    scripts = INLINE_SCRIPT.findall(page.read_text("utf-8")) if page.exists() else []
    hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    rules = {
        "default-src": "'self'",
        "script-src": " ".join(["'self'", "blob:", *(f"'sha256-{digest}'" for digest in hashes)]),
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",  # pictures from elsewhere would tell others who looks
        "font-src": "'self' data:",
        "media-src": "'self' data: blob:",
        "connect-src": "'self' blob: data:",
        "worker-src": "'self' blob:",
        "frame-src": "'self' blob: data:",
        "frame-ancestors": " ".join(["'self'", *embed_origins()]),
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
    }
    return "; ".join(f"{what} {whence}" for what, whence in rules.items())


@cache
def security_headers() -> dict[str, str]:
    """The headers, by name."""
    # the older header knows no list of sites; where there is one, frame-ancestors alone decides
    own_frames_only = {} if embed_origins() else {"X-Frame-Options": "SAMEORIGIN"}
    return {
        "Content-Security-Policy": policy(),
        "X-Content-Type-Options": "nosniff",
        **own_frames_only,
        "Referrer-Policy": "same-origin",  # a link holds what somebody typed
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    }


class SecurityHeaders:
    """ASGI middleware that adds them, to Streamlit's own pages too, and to the refusal of a WebSocket.

    Args:
        app: what responds.
    """

    def __init__(self, app: ASGIApp):
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        accepted = False

        async def send_with_headers(message: Message) -> None:
            nonlocal accepted
            accepted = accepted or message["type"] == "websocket.accept"
            if message["type"] == "websocket.close" and not accepted and REFUSED_IN_FULL in scope.get("extensions", {}):
                await send_with_headers({"type": f"{REFUSED_IN_FULL}.start", "status": 403, "headers": []})
                await send({"type": f"{REFUSED_IN_FULL}.body", "body": b""})
                return
            if message["type"] in ("http.response.start", f"{REFUSED_IN_FULL}.start"):
                headers = MutableHeaders(scope=message)
                for name, value in security_headers().items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] in ("http", "websocket") else send)
