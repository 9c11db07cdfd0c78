"""A room: a class that follows one place through the app. What it is, its code, and what its students may be called."""

import json
import re
import secrets
import unicodedata
from dataclasses import asdict, dataclass
from typing import Any

from lstm_engine.errors import SettingsError

# no vowels, so that no words come about, and nothing that is taken for something else on a projector: 0 O, 1 I L, 2 Z,
# 5 S, 8 B, U V
ALPHABET = "34679CDFGHJKMNPQRTWXY"
CODE_LENGTH = 6  # 86 million codes: how often one may be guessed is limited as well
KEY_LENGTH = 24  # 105 bits
MOST_NICKNAME = 24  # characters: it stands in lists, beside others
MOST_PLACE = 12_000  # characters of an address; a text of one's own on the Inspect page is the longest part of any
MOST_WHEREABOUTS = 200
MARKS_IN_A_ROW = 2  # on one letter: more grow over the lines above and below
SIGNS = " -_.’'"
TEACHERS = ("teacher", "theteacher", "admin", "administrator")


def new_code() -> str:
    """A code that nobody has chosen."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def new_key() -> str:
    """A teacher's key, in groups that can be written down."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(KEY_LENGTH))
    return "-".join(letters[start : start + 4] for start in range(0, KEY_LENGTH, 4))


def read_code(text: str) -> str | None:
    """A code as somebody types it, in small letters and with blanks; None if none reads like that.

    >>> read_code(" k7m 4qx "), read_code("K7M-4Q0")
    ('K7M4QX', None)
    """
    code = re.sub(r"[\s\-\u2010-\u2015]", "", text[:40]).upper()
    return code if len(code) == CODE_LENGTH and set(code) <= set(ALPHABET) else None


def read_key(text: str) -> str:
    """A key as somebody types it.

    >>> read_key(" k7m4 qxyt ")
    'K7M4-QXYT'
    """
    letters = re.sub(r"[\s\-\u2010-\u2015]", "", text[:200]).upper()
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))


def shown_code(code: str) -> str:
    """A code as people read it to each other.

    >>> shown_code("K7M4QX")
    'K7M-4QX'
    """
    return f"{code[: CODE_LENGTH // 2]}-{code[CODE_LENGTH // 2 :]}"


def nickname_of(text: str) -> str:
    """A nickname as it is kept: what can be read as a name by everybody, in any language's letters.

    Raises:
        SettingsError: it is empty, too long, or holds what is no letter, digit or one of a few signs.
    """
    name = " ".join(unicodedata.normalize("NFC", text[:1_000]).split(" ")).strip()
    if not name:
        raise SettingsError("Your nickname is empty. Type what the class calls you.")
    if len(name) > MOST_NICKNAME:
        raise SettingsError(f"That nickname has {len(text.strip()):,} characters; it may have {MOST_NICKNAME}.")
    odd = odd_sign(name)
    if odd:
        raise SettingsError(f"A nickname is made of letters, digits, blanks and - _ . ’ alone; yours has {odd} in it.")
    if not any(unicodedata.category(one)[0] in "LN" for one in name) or not nickname_key(name):
        raise SettingsError("A nickname has a letter or a digit in it.")
    if nickname_key(name) in TEACHERS:
        raise SettingsError(f"“{name}” would be taken for the teacher. Take another nickname.")
    return " ".join(name.split())


def odd_sign(name: str) -> str:
    """The first sign of a name that not everybody can read as a part of one, in words; empty if there is none.

    >>> odd_sign("Zoë O’Hara-3"), odd_sign("<b>")
    ('', '“<”')
    """
    marks = 0
    for one in name:
        kind = unicodedata.category(one)
        marks = marks + 1 if kind.startswith("M") else 0
        if not (kind[0] in "LN" or kind in ("Mn", "Mc") or one in SIGNS) or marks > MARKS_IN_A_ROW:
            return f"“{one}”" if one.isprintable() and not marks else "a sign that cannot be seen by itself"
    return ""


def nickname_key(name: str) -> str:
    """What two nicknames have in common that would be taken for each other.

    >>> nickname_key("Anna B.") == nickname_key("ＡＮＮＡ-b")
    True
    """
    letters = unicodedata.normalize("NFKC", name).casefold()
    return "".join(one for one in letters if unicodedata.category(one)[0] in "LNM")


@dataclass(frozen=True)
class RoomSettings:
    """What the teacher lets students do.

    Attributes:
        may_leave: whether a student may leave the lead and look around alone.
        closed: what they may not change, by the names that an exercise's link has for what it hides.
    """

    may_leave: bool = True
    closed: tuple[str, ...] = ()

    def to_json(self) -> str:
        """As it is stored."""
        return json.dumps(asdict(self))

    @classmethod
    def from_stored(cls, text: str) -> "RoomSettings":
        """What was stored; what cannot be read is as it is at the beginning."""
        try:
            values: Any = json.loads(text)
            closed = values.get("closed", [])
            return cls(values.get("may_leave", True) is not False, tuple(name for name in closed if type(name) is str))
        except (ValueError, AttributeError, TypeError):
            return cls()


@dataclass(frozen=True)
class Room:
    """A room.

    Attributes:
        key_hash: of the teacher's key.
        owner: the visitor who opened it; None for whoever has no limits.
        opened_at, touched_at, closed_at: seconds since 1970; touched when somebody last moved in it or joined.
        place: where it is: a page and its parameters, as in an address. Empty before its teacher has gone anywhere.
        moved_by: the tab that led there.
        version: counts its moves. changes: counts what else changed in it.
        leader: the seat that has the lead; None is the teacher.
        removals: how many students were taken out.
    """

    id: int
    code: str
    key_hash: str
    owner: str | None
    opened_at: float
    touched_at: float
    closed_at: float | None
    place: str
    moved_by: str
    version: int
    changes: int
    leader: int | None
    settings: RoomSettings
    removals: int


@dataclass(frozen=True)
class Seat:
    """A student's seat in a room.

    Attributes:
        nickname: empty once it was taken away.
        seen_at: when their browser last said so. follows: whether they follow. whereabouts: where they are otherwise.
        removed: whether the teacher has taken them out.
    """

    id: int
    room_id: int
    nickname: str
    joined_at: float
    seen_at: float
    follows: bool
    whereabouts: str
    removed: bool


@dataclass(frozen=True)
class Presence:
    """What a student's browser says of itself; ``token_hash`` says whose it is."""

    token_hash: str
    seen_at: float
    follows: bool
    whereabouts: str
