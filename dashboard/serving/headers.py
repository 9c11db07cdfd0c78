"""What every response says about how a browser is to treat it."""

import base64
import hashlib
import re
from functools import cache
from pathlib import Path

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

REFUSED_IN_FULL = "websocket.http.response"  # ASGI's extension: what refuses a WebSocket is a response with headers
INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


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
        "frame-ancestors": "'self'",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
    }
    return "; ".join(f"{what} {whence}" for what, whence in rules.items())


@cache
def security_headers() -> dict[str, str]:
    """The headers, by name."""
    return {
        "Content-Security-Policy": policy(),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "SAMEORIGIN",
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
