"""What stands in Streamlit's page itself from the start: our styles, and the writer of the tab's history.

Styles that come with the script's first answer, a second or more later, would move everything once; and until then
a person may have gone Back and Forward.
"""

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.serving.assets import DASHBOARD, module_url

START_OF_HEAD = b"<head>"
END_OF_HEAD = b"</head>"
LEFT_OUT = (
    b"accept-encoding",
    b"if-none-match",
    b"if-modified-since",
)  # the page is needed whole, and as it is written


def with_head(page: bytes) -> bytes:
    """Streamlit's page with the module that writes the history of all pages, and their style sheet.

    The module comes first: browsers tell a window's listeners of Back in the order in which they began to listen, and
    ours has to hear of it before Streamlit's.
    """
    preload = f'<link rel="modulepreload" href="{module_url("browser/turning.js")}">'
    script = f'<script type="module" src="{module_url("browser/tab_history.js")}"></script>'
    styles = b"<style>" + (DASHBOARD / "browser" / "page.css").read_bytes() + b"</style>"
    page = page.replace(START_OF_HEAD, START_OF_HEAD + preload.encode() + script.encode(), 1)
    return page.replace(END_OF_HEAD, styles + END_OF_HEAD, 1)


class FirstPaint:
    """ASGI middleware that writes what all pages need into the head of Streamlit's page.

    Args:
        app: what responds.
    """

    def __init__(self, app: ASGIApp):
        self._app = app

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
            body = with_head(body)
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
