"""What all servers of a store know of browsers: the key that signs what they are handed, and who has signed in."""

import secrets
import time

import sqlalchemy as sql

from lstm_engine.runs.store.database import Database
from lstm_engine.runs.store.errors import AlreadyThere
from lstm_engine.runs.store.schema import server_keys, sign_ins


class SignIns(Database):
    """The part of the store that knows them."""

    def server_key(self, name: str) -> str:
        """A secret of that name, made when it is first asked for, and the same for all servers of the store."""
        found = sql.select(server_keys.c.value).where(server_keys.c.name == name)
        with self._reading() as connection:
            value: str | None = connection.execute(found).scalar()
        if value is not None:
            return value
        try:
            with self._writing() as connection:
                connection.execute(sql.insert(server_keys).values(name=name, value=secrets.token_urlsafe(32)))
        except AlreadyThere:  # another server was faster
            pass
        with self._reading() as connection:
            return str(connection.execute(found).scalar_one())

    def sign_in(self, token_hash: str, key_hash: str, seconds: float) -> None:
        """Remember for so long that who holds the token has shown the key; both are known by their hashes alone."""
        now = time.time()
        with self._writing() as connection:
            connection.execute(sql.delete(sign_ins).where(sign_ins.c.ends_at < now))
            values = {"token_hash": token_hash, "key_hash": key_hash, "ends_at": now + seconds}
            connection.execute(sql.insert(sign_ins).values(values))

    def is_signed_in(self, token_hash: str, key_hash: str) -> bool:
        """Whether the token's holder has shown that key, not too long ago, and has not left since."""
        query = sql.select(sign_ins.c.ends_at).where(
            sign_ins.c.token_hash == token_hash, sign_ins.c.key_hash == key_hash
        )
        with self._reading() as connection:
            ends_at: float | None = connection.execute(query).scalar()
        return ends_at is not None and ends_at > time.time()

    def sign_out(self, token_hash: str) -> None:
        """Forget that token, wherever it is still held."""
        with self._writing() as connection:
            connection.execute(sql.delete(sign_ins).where(sign_ins.c.token_hash == token_hash))
