"""All limits of a visitor, each with the sentence that refuses what is beyond it."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

MINUTES = 10  # in which the limits of how often are counted


@dataclass(frozen=True)
class Limit:
    """One limit.

    Attributes:
        most: unless the server's settings say otherwise.
        of: what it is the most of.
        refusal: beyond it; {most} and {asked} are numbers.
    """

    most: int
    of: str
    refusal: str


LIMITS: Mapping[str, Limit] = MappingProxyType(
    {
        "runs": Limit(
            6,
            "runs that a visitor has at once",
            "You have {asked} runs, and a visitor may have {most} here. Delete one of yours first.",
        ),
        "steps": Limit(5_000, "steps of a visitor's run", "A visitor's run may have {most} steps here, not {asked}."),
        "units": Limit(
            256,
            "units in all layers of a visitor's run",
            "A visitor's run may have {most} units in all its layers here, not {asked}.",
        ),
        "weights": Limit(
            700_000,
            "numbers that a visitor's run learns",
            "A visitor's run may learn {most} numbers here, not {asked}. Take fewer units.",
        ),
        "symbols": Limit(
            4_096,
            "sequences × timesteps of a training step",
            "A training step of a visitor's run may read {most} timesteps here (batch size × length), not {asked}.",
        ),
        "megabytes": Limit(
            8,
            "megabytes of a model, text or table that is brought",
            "A visitor may bring {most} MB at once here; this has {asked}.",
        ),
        "uploads": Limit(
            30,
            f"files that a visitor uploads in {MINUTES} minutes",
            f"You have uploaded {{most}} files in the last {MINUTES} minutes, as many as a visitor may. Wait a little.",
        ),
        "address_uploads": Limit(
            400,
            f"files uploaded from one address in {MINUTES} minutes",
            f"From your network, {{most}} files were uploaded in the last {MINUTES} minutes, as many as may be. Wait.",
        ),
        "often": Limit(
            12,
            f"runs that a visitor begins in {MINUTES} minutes",
            f"You have begun {{most}} runs in the last {MINUTES} minutes, as many as a visitor may. Wait a little.",
        ),
        "address": Limit(
            60,
            f"runs begun from one address in {MINUTES} minutes",
            f"From your network, {{most}} runs were begun in the last {MINUTES} minutes, and no more may be. Wait.",
        ),
        "all": Limit(
            120,
            f"runs begun by all visitors in {MINUTES} minutes",
            f"All visitors together have begun {{most}} runs in the last {MINUTES} minutes, as many as may be. Wait a "
            "little.",
        ),
        "waiting": Limit(
            60,
            "runs of visitors that train or wait for it",
            "Visitors would have {asked} runs that train or wait, and may have {most}. Try again when some are done.",
        ),
        "requests": Limit(
            900,
            "requests that a visitor sends in a minute",
            "You have sent {most} requests in the last minute, as many as a visitor may. Wait a little, then go on.",
        ),
        "address_requests": Limit(
            18_000,
            "requests from one address in a minute",
            "From your network, {most} requests came in the last minute, as many as may. Wait a little, then go on.",
        ),
        "pages": Limit(
            12,
            "pages that a visitor has open at once",
            "You have {asked} pages of this app open, and a visitor may have {most}. Close one of them, then reload "
            "this one.",
        ),
        "address_pages": Limit(
            400,
            "pages open from one address at once",
            "From your network, {asked} pages of this app are open, and {most} may be. Try again when some are closed.",
        ),
        "all_pages": Limit(
            800,
            "pages open on one server at once",
            "This server has {asked} pages open, and may have {most}. Try again when some are closed.",
        ),
        "memory": Limit(
            90,
            "per cent of the machine's memory in use when somebody new comes or begins a run",
            "The server's memory is nearly full: {asked} % of it are in use, and nobody new is let in beyond {most} %. "
            "Try again in a few minutes.",
        ),
        "hours": Limit(48, "hours that a visitor's run is kept", "A visitor's run is kept for {most} hours."),
        "guesses": Limit(
            6,
            f"keys tried from one address in {MINUTES} minutes",
            f"From your network, {{most}} keys were tried in the last {MINUTES} minutes. Wait {MINUTES} minutes.",
        ),
        "all_guesses": Limit(
            60,
            f"keys tried in all in {MINUTES} minutes",
            f"Too many keys were tried in the last {MINUTES} minutes, from anywhere. Wait {MINUTES} minutes.",
        ),
        "rooms": Limit(
            2,
            "rooms that a visitor has open at once",
            "You have {asked} rooms open, and a visitor may have {most} here. Close one of them first.",
        ),
        "room_address": Limit(
            20,
            f"rooms opened from one address in {MINUTES} minutes",
            f"From your network, {{most}} rooms were opened in the last {MINUTES} minutes, and no more may be. Wait.",
        ),
        "all_rooms": Limit(
            60,
            f"rooms opened by all visitors in {MINUTES} minutes",
            f"All visitors together have opened {{most}} rooms in the last {MINUTES} minutes, as many as may be. Wait.",
        ),
        "room_hours": Limit(
            24, "hours after which a room that nobody uses is closed", "An idle room is kept open for {most} hours."
        ),
        "asked": Limit(
            200, "questions asked in a room", "In this room, {asked} questions were asked, as many as may be."
        ),
        "own_questions": Limit(
            40, "a teacher's own questions kept with a room", "This room has {most} questions of your own; remove one."
        ),
        "answers": Limit(
            200,
            f"answers that a student sends in {MINUTES} minutes",
            f"You have sent {{most}} answers in the last {MINUTES} minutes, as many as may be. Wait a little.",
        ),
        "experiments": Limit(
            60, "experiments begun in a room", "In this room, {most} experiments were begun, as many as may be."
        ),
        "tries": Limit(
            5,
            "runs that a student begins in an experiment",
            "Each student may have {most} runs in an experiment here, not {asked}.",
        ),
        "class_steps": Limit(
            2_000, "steps of an experiment's run", "A run in an experiment may have {most} steps here, not {asked}."
        ),
        "class_units": Limit(
            128,
            "units in all layers of an experiment's run",
            "A run in an experiment may have {most} units in all its layers here, not {asked}.",
        ),
        "class_weights": Limit(
            200_000,
            "numbers that an experiment's run learns",
            "A run in an experiment may learn {most} numbers here, not {asked}. Take fewer units.",
        ),
        "class_symbols": Limit(
            2_048,
            "sequences × timesteps of a training step of an experiment's run",
            "A training step in an experiment may read {most} timesteps here (batch size × length), not {asked}.",
        ),
        "class_text": Limit(
            20_000,
            "characters of a text that an experiment learns, since each run keeps it",
            "The text of an experiment may have {most} characters here, since each run keeps it; this has {asked}.",
        ),
        "class_megabytes": Limit(
            1_500,
            "megabytes of the store that an experiment may take, if all in the room have all their runs",
            "With all who are in this room, the experiment could take {asked} MB of the run store, and may take "
            "{most}. Take fewer units, or fewer runs for each.",
        ),
        "class_waiting": Limit(
            800,
            "runs of all experiments that train or wait for it",
            "{most} runs of classes train or wait just now, as many as may be. Try again when some are done.",
        ),
        "shown": Limit(
            20,
            "runs with what a teacher brought that a room is shown",
            "This room is shown {most} runs; hide one first.",
        ),
        "seats": Limit(400, "students in a room", "This room is full: {most} students are in it, as many as may be."),
        "joins": Limit(
            600,
            f"students who join from one address in {MINUTES} minutes",
            f"From your network, {{most}} students joined in the last {MINUTES} minutes, as many as may. Wait.",
        ),
        "all_joins": Limit(
            3_000,
            f"students who join in all in {MINUTES} minutes",
            f"{{most}} students joined in the last {MINUTES} minutes, as many as may. Wait a little.",
        ),
        "codes": Limit(
            60,
            f"wrong codes of rooms from one address in {MINUTES} minutes",
            f"From your network, {{most}} wrong codes came in the last {MINUTES} minutes. Wait {MINUTES} minutes.",
        ),
        "all_codes": Limit(
            600,
            f"wrong codes of rooms in all in {MINUTES} minutes",
            f"Too many wrong codes were tried in the last {MINUTES} minutes, from anywhere. Wait {MINUTES} minutes.",
        ),
    }
)
