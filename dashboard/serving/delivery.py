"""How fine and how often live data is told and drawn: all of it here, each with its reason.

A page costs the machine that trains its processor: in the server, which encodes and sends, and where a class looks at
the machine's own screen also in the browser, which draws. A few viewers get everything at once, a crowd in turns.
"""

from dataclasses import asdict, dataclass, replace
from typing import Any

CROWD = 20  # listeners of one topic; beyond, the run they watch would lose its processor to telling them
KEEP_ALIVE_SECONDS = 15.0  # a word at least so often: proxies close what is silent, browsers notice what is dead
SILENT_SECONDS = 3.0  # a worker without a sign of life, after which the store itself is looked at
LOOK_AGAIN_SECONDS = 1.0  # after trouble with the store, until it is asked again
MOST_LOOK_AGAIN_SECONDS = 30.0  # between two beginnings of a topic that fails in a way that nobody expected
MOST_WAITING = 200  # positioned events for one slow listener; then it is told what it missed as a thinned curve
MOST_TOPICS_A_LISTENER = 8  # a tab shows one run, or a few side by side
MOST_LISTENERS = 2_000  # connections of one server
MOST_LISTENERS_A_CLIENT = 400  # of one address, behind which a whole school may be
MOST_MESSAGE = 500  # characters that a listener may send at once
MOST_MESSAGES = 60  # that a listener may send within MESSAGES_SECONDS
MESSAGES_SECONDS = 10.0


@dataclass(frozen=True)
class Pace:
    """How often and how fine, for so many listeners as there are; times in seconds.

    Attributes:
        look_every: between two looks of the server into the store.
        tell_every: between two words to one listener; each has its turn, so that not all browsers draw at once.
        samples_every: between two drawings of samples by the server.
        hear_every: between two questions of a browser about new checkpoints.
        draw_every: between two drawings of a chart; more often shows no more.
        draw_share: of a browser's time, at most, goes into drawing.
        whole_every: between two drawings of a whole chart; in between only its lines move, for a tenth of the cost.
        points: drawn of a curve that is seen as a whole.
    """

    look_every: float
    tell_every: float
    samples_every: float
    hear_every: float
    draw_every: float
    draw_share: float
    whole_every: float
    points: int

    def message(self) -> dict[str, Any]:
        """What the browser is told of it."""
        return asdict(self)


FEW = Pace(
    look_every=0.06,
    tell_every=0.0,
    samples_every=1.0,
    hear_every=0.0,
    draw_every=0.08,
    draw_share=0.3,
    whole_every=1.0,
    points=2_500,  # more than a screen has columns
)
MANY = Pace(
    look_every=0.15,
    tell_every=0.75,
    samples_every=4.0,
    hear_every=10.0,
    draw_every=0.08,
    draw_share=0.3,
    whole_every=20.0,
    points=300,  # as few as a curve can be read from
)


def pace_for(listeners: int) -> Pace:
    """The pace that so many listeners of one topic are served at."""
    return MANY if listeners > CROWD else FEW


# of a room, in which everybody is to see a step at the same time, however many they are: what is told is short
ROOM = replace(FEW, look_every=0.1)
