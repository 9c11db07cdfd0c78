"""Somebody who asks for something."""

from dataclasses import dataclass
from enum import StrEnum


class ActorKind(StrEnum):
    """What sort of somebody."""

    ADMINISTRATOR = "administrator"  # may do everything: whoever sits at this machine, or has shown the key
    VISITOR = "visitor"  # is known again by what their browser holds
    GUEST = "guest"  # a visitor whose browser holds nothing, so that nothing can be theirs


@dataclass(frozen=True)
class Actor:
    """Who asks.

    Attributes:
        kind: what sort of somebody.
        identity: by which a visitor is known again; None for all others.
        address: from where they come, as far as a server can tell.
        signed_in: whether an administrator has shown the key, which can be taken back.
        key_hash, token_hash: of a room's key and a student's token, where their browser holds one: they see what that
            room is shown.
        account: whether a visitor's identity is that of an account, and so the same in every browser.
    """

    kind: ActorKind
    identity: str | None = None
    address: str = ""
    signed_in: bool = False
    key_hash: str = ""
    token_hash: str = ""
    account: bool = False

    @property
    def in_rooms(self) -> tuple[str, str, str | None]:
        """By what the store knows their rooms: what their browser holds, or who it is."""
        return self.key_hash, self.token_hash, self.identity

    def owns(self, owner: str | None) -> bool:
        """Whether what has that owner is theirs."""
        return self.identity is not None and owner == self.identity

    @property
    def may_do_everything(self) -> bool:
        """Whether no right and no limit is asked of them."""
        return self.kind is ActorKind.ADMINISTRATOR


HERE = Actor(ActorKind.ADMINISTRATOR)  # whoever sits at the machine that the app was started for
