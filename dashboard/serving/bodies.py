"""What a request carries, read no further than it may be long."""

from starlette.requests import Request

from dashboard.serving.problems import Kind, Problem


async def read_body(request: Request, most: int, too_long: str) -> bytes:
    """A request's body.

    Args:
        most: bytes that it may have. too_long: the sentence that refuses more.

    Raises:
        Problem: it is longer; the rest of it is not waited for.
    """
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > most:
            raise Problem(too_long, Kind.TOO_LARGE)
    return body
