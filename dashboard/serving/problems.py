"""What goes wrong with a request: a sentence for people, and a kind for programs, which decides the status."""

from enum import StrEnum
from typing import Any

from starlette.responses import JSONResponse, Response

from lstm_engine import EngineError
from lstm_engine.runs import RunNotFound, StoreError
from lstm_engine.runs.store import StoreProblem


class Kind(StrEnum):
    """What a browser must tell apart."""

    INVALID = "invalid"  # asked in a way that cannot be answered
    CLAMP = "clamp"  # of the clamps in the question, those at its ``places`` cannot be
    TOO_LARGE = "too_large"
    UNTRUSTED = "untrusted"  # from another site, or without this server's token
    FORBIDDEN = "forbidden"  # whoever asks may not do that, see the table of rights
    LIMIT = "limit"  # it is more than whoever asks may have
    MISSING = "missing"  # no such run, or no such thing at all
    CHECKPOINT_MISSING = "checkpoint_missing"  # thinned out or replaced just now; the run is there
    TOO_SLOW = "too_slow"  # a request that did not come in whole
    BUSY = "busy"
    STORE = "store"  # the run store cannot be read; it may be back in a moment
    UNEXPECTED = "unexpected"


STATUS = {
    Kind.INVALID: 400,
    Kind.CLAMP: 400,
    Kind.UNTRUSTED: 403,
    Kind.FORBIDDEN: 403,
    Kind.MISSING: 404,
    Kind.CHECKPOINT_MISSING: 404,
    Kind.TOO_SLOW: 408,
    Kind.TOO_LARGE: 413,
    Kind.LIMIT: 429,
    Kind.UNEXPECTED: 500,
    Kind.BUSY: 503,
    Kind.STORE: 503,
}
ASK_AGAIN_SECONDS = 2  # after which one who was told 'busy' may ask again
NOTHING = "There is nothing at this address."
UNEXPECTED_SENTENCE = "Something went wrong in the server that it did not expect; its log says what. Try again."


class Problem(EngineError):
    """A request is refused; the message says why, and what would be answered.

    Attributes:
        kind: what sort of trouble it is.
        details: what else a program must know of it.
    """

    def __init__(self, message: str, kind: Kind = Kind.INVALID, **details: Any):
        super().__init__(message)
        self.kind, self.details = kind, details


def kind_of(error: EngineError) -> Kind:
    """What sort of trouble an error of ours is."""
    if isinstance(error, Problem):
        return error.kind
    if isinstance(error, RunNotFound):
        return Kind.CHECKPOINT_MISSING if error.kind is StoreProblem.CHECKPOINT_GONE else Kind.MISSING
    return Kind.STORE if isinstance(error, StoreError) else Kind.INVALID


def told(kind: Kind, sentence: str) -> dict[str, Any]:
    """A problem as browsers read it."""
    return {"error": sentence, "kind": kind.value}


def told_of(error: EngineError) -> dict[str, Any]:
    """An error of ours as browsers read it."""
    sentence = str(error).encode("utf-8", "replace").decode()  # half a character, which a person sent, cannot be sent
    return told(kind_of(error), sentence) | (error.details if isinstance(error, Problem) else {})


def refusal(error: EngineError) -> Response:
    """The response to a request that meets a problem."""
    kind = kind_of(error)
    headers = {"Retry-After": str(ASK_AGAIN_SECONDS)} if kind in (Kind.BUSY, Kind.STORE) else None
    return JSONResponse(told_of(error), STATUS[kind], headers=headers)
