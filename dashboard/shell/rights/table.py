"""The table of rights: what each kind of actor may do, and the sentence that refuses the rest.

It is asked in two ways, with one answer: by pages, to hide or switch off what would be refused, and by ``acts``, which
refuses it whatever message was sent.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from dashboard.serving.problems import Kind, Problem
from dashboard.shell.rights.actor import Actor, ActorKind
from lstm_engine.runs.store import is_seats


class Action(StrEnum):
    """What can be asked for."""

    LOOK = "look"  # at a run, and step it
    LOOK_AT_BROUGHT = "look at what was brought"  # a run that holds somebody's model, text or table
    BEGIN = "begin"  # a run: new, forked, or of a model that is brought
    CONTROL = "control"  # start, pause, step, stop, run to a step
    CHANGE = "change"  # settings in mid-run, and the pace
    DESCRIBE = "describe"  # name, note and tags of a run; names of its units
    CONDUCT = "conduct"  # a sweep: pause it, go on with it, cancel and delete it
    DELETE = "delete"  # and bring back
    OPEN_ROOM = "open a room"  # and be its teacher; what one may inside of a room, ``members`` says
    JOIN_ROOM = "join a room"


class Allowed(StrEnum):
    """How far."""

    ALWAYS = "yes"
    OWN = "their own"
    NEVER = "no"


@dataclass(frozen=True)
class Right:
    """Who may do something.

    Attributes:
        administrator, visitor, guest: how far each of them may.
        refusal: why not, to a visitor whose own it is not; {run} is the run's name or number.
    """

    administrator: Allowed
    visitor: Allowed
    guest: Allowed
    refusal: str

    def of(self, kind: ActorKind) -> Allowed:
        """How far that kind of actor may."""
        found: Allowed = getattr(self, kind.value)
        return found


YES, OWN, NO = Allowed.ALWAYS, Allowed.OWN, Allowed.NEVER
FORKS = "Look at it and step it as you like; what you fork from it is yours."
RIGHTS: Mapping[Action, Right] = MappingProxyType(
    {
        Action.LOOK: Right(YES, YES, YES, "Nobody may look at {run}."),
        Action.LOOK_AT_BROUGHT: Right(YES, OWN, NO, "{run} holds what somebody brought, which they alone see."),
        Action.BEGIN: Right(YES, YES, NO, "Visitors begin no runs here."),
        Action.CONTROL: Right(
            YES,
            OWN,
            NO,
            f"Only whoever began {{run}}, and the administrator, start, pause and step its training. {FORKS}",
        ),
        Action.CHANGE: Right(
            YES,
            OWN,
            NO,
            f"Only whoever began {{run}}, and the administrator, change its settings and its speed. {FORKS}",
        ),
        Action.DESCRIBE: Right(
            YES, OWN, NO, f"Only whoever began {{run}}, and the administrator, name it and its units. {FORKS}"
        ),
        Action.CONDUCT: Right(
            YES, OWN, NO, "Only whoever began {run}, and the administrator, may do that to it. Repeat it as your own."
        ),
        Action.DELETE: Right(
            YES, OWN, NO, f"Only whoever began {{run}}, and the administrator, delete it and bring it back. {FORKS}"
        ),
        Action.OPEN_ROOM: Right(YES, YES, NO, "Nobody may open a room here."),
        Action.JOIN_ROOM: Right(YES, YES, NO, "Nobody may join a room here."),
    }
)
OF_AN_EXPERIMENT = (Action.CONTROL, Action.CHANGE, Action.DESCRIBE, Action.DELETE)
IN_AN_EXPERIMENT = (
    "is a curve of a class experiment, which goes on and rests with the others, as its teacher says. Look at it and "
    "step it as you like."
)
NOT_KNOWN_AGAIN = (
    "Your browser holds no cookie of this app, so nothing here can be yours: you may look and step. To begin runs of "
    "your own or come into a room, allow cookies, open the app in a tab of its own and reload it."
)


def refused(actor: Actor, action: Action, owner: str | None = None, run: str = "that run") -> Problem | None:
    """Why an actor may not do that; None if they may.

    Args:
        owner: of what it is done to; None is nobody. run: what the sentence calls it.
    """
    allowed = RIGHTS[action].of(actor.kind)
    if allowed is Allowed.ALWAYS or (allowed is Allowed.OWN and actor.owns(owner)):
        return None
    if is_seats(owner) and action in OF_AN_EXPERIMENT:
        return Problem(f"{run[:1].upper()}{run[1:]} {IN_AN_EXPERIMENT}", Kind.FORBIDDEN)
    if actor.kind is ActorKind.GUEST and action is not Action.LOOK_AT_BROUGHT:
        return Problem(NOT_KNOWN_AGAIN, Kind.FORBIDDEN)
    sentence = RIGHTS[action].refusal.format(run=run)
    return Problem(sentence[:1].upper() + sentence[1:], Kind.FORBIDDEN)
