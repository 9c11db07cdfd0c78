"""Our styles in Streamlit's page itself: what it draws at first already stands where it will stay.

Styles that come with the script's first answer, a second or more later, would move everything once.
"""

from functools import cache

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.serving.assets import DASHBOARD

END_OF_HEAD = b"</head>"


@cache
def page_styles() -> bytes:
    """The style sheet of all pages, as an element of HTML."""
    return b"<style>" + (DASHBOARD / "browser" / "page.css").read_bytes() + b"</style>"


class FirstPaint:
    """ASGI middleware that writes the pages' styles into the head of Streamlit's page.

    Args:
        app: what responds.
    """

    def __init__(self, app: ASGIApp):
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        start: Message | None = None  # of a page, held back until its length is known
        body = b""

        async def send_with_styles(message: Message) -> None:
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
            body = body.replace(END_OF_HEAD, page_styles() + END_OF_HEAD, 1)
            headers = MutableHeaders(scope=start)
            headers["Content-Length"] = str(len(body))
            del headers["ETag"], headers["Last-Modified"]  # of the file, which knows nothing of our styles
            await send(start)
            await send({"type": "http.response.body", "body": body})

        await self._app(scope, receive, send_with_styles)


def is_page(message: Message) -> bool:
    """Whether a response is a page of HTML that can be written into."""
    headers = Headers(raw=message["headers"])
    return (
        message["status"] == 200
        and headers.get("content-type", "").startswith("text/html")
        and "content-encoding" not in headers
    )
