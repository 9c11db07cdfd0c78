"""What stands in Streamlit's page itself from the start: our styles, and the writer of the tab's history.

Styles that come with the script's first answer, a second or more later, would move everything once; and until then
a person may have gone Back and Forward.
"""

from collections.abc import Sequence

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.serving.assets import DASHBOARD, module_url

IMPORTED = ("places", "turning")  # by the writer of the tab's history
START_OF_HEAD = b"<head>"
END_OF_HEAD = b"</head>"
LEFT_OUT = (
    b"accept-encoding",
    b"if-none-match",
    b"if-modified-since",
)  # the page is needed whole, and as it is written


def with_head(page: bytes, modules: Sequence[str] = (), styles: Sequence[str] = ()) -> bytes:
    """Streamlit's page with the module that writes the history of all pages, and their style sheet.

    The module comes first: browsers tell a window's listeners of Back in the order in which they began to listen, and
    ours has to hear of it before Streamlit's.

    Args:
        modules, styles: what else stands on every page, by its path from ``dashboard/``.
    """
    preload = [f'<link rel="modulepreload" href="{module_url(f"browser/{name}.js")}">' for name in IMPORTED]
    loaded = ("browser/tab_history.js", *modules)
    scripts = [f'<script type="module" src="{module_url(path)}"></script>' for path in loaded]
    sheets = [(DASHBOARD / path).read_bytes() for path in ("browser/page.css", *styles)]
    page = page.replace(START_OF_HEAD, START_OF_HEAD + "".join([*preload, *scripts]).encode(), 1)
    return page.replace(END_OF_HEAD, b"<style>" + b"\n".join(sheets) + b"</style>" + END_OF_HEAD, 1)


class FirstPaint:
    """ASGI middleware that writes what all pages need into the head of Streamlit's page.

    Args:
        app: what responds. modules, styles: see ``with_head``.
    """

    def __init__(self, app: ASGIApp, modules: Sequence[str] = (), styles: Sequence[str] = ()):
        self._app, self._modules, self._styles = app, modules, styles

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or not wants_page(scope):
            await self._app(scope, receive, send)
            return
        kept = [(name, value) for name, value in scope["headers"] if name not in LEFT_OUT]
        start: Message | None = None  # of a page, held back until its length is known
        body = b""

        async def send_with_head(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start" and is_page(message):
                start = message
                return
            if start is None or message["type"] != "http.response.body":
                await send(message)
                return
            body += message.get("body", b"")
            if message.get("more_body"):
                return
            body = with_head(body, self._modules, self._styles)
            headers = MutableHeaders(scope=start)
            headers["Content-Length"] = str(len(body))
            del headers["ETag"], headers["Last-Modified"]  # of the file, which knows nothing of ours
            await send(start)
            await send({"type": "http.response.body", "body": body})

        await self._app({**scope, "headers": kept}, receive, send_with_head)


def wants_page(scope: Scope) -> bool:
    """Whether a browser asks for something to show by itself, as it does when an address is opened."""
    return "text/html" in Headers(scope=scope).get("accept", "")


def is_page(message: Message) -> bool:
    """Whether a response is a page of HTML."""
    return message["status"] == 200 and Headers(raw=message["headers"]).get("content-type", "").startswith("text/html")
