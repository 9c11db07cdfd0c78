"""From the tables of earlier versions to those of ``schema.py``, with Alembic; one file a step in ``versions/``."""

import threading
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy.engine import Connection

_one_at_a_time = threading.Lock()  # Alembic keeps what it works on in a module


def configuration() -> Config:
    """Alembic's, without a file of its own."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config


def migrate(connection: Connection) -> None:
    """Take all steps that are missing, in the transaction that the connection is in."""
    config = configuration()
    config.attributes["connection"] = connection
    with _one_at_a_time:
        command.upgrade(config, "head")
