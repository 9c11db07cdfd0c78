"""What people change of a run's settings while it trains."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sql
from sqlalchemy.engine import Connection

from lstm_engine.checks import shown
from lstm_engine.errors import SettingsError
from lstm_engine.runs.run import Change
from lstm_engine.runs.settings import CHANGEABLE, SETTINGS, RunSettings
from lstm_engine.runs.store.columns import is_whole
from lstm_engine.runs.store.database import Database
from lstm_engine.runs.store.leases import update_held
from lstm_engine.runs.store.rows import find_run
from lstm_engine.runs.store.schema import changes


def changes_of(connection: Connection, run_id: int) -> list[Change]:
    """All changes of a run, in the order in which they were asked for.

    Raises:
        SettingsError: one of them is none that anybody can have asked for.
    """
    query = sql.select(changes.c.step, changes.c.field, changes.c.value).where(changes.c.run_id == run_id)
    found = [Change(*row) for row in connection.execute(query.order_by(changes.c.id))]
    for change in found:
        known = change.field in CHANGEABLE and SETTINGS[change.field].fits(whole_where_whole(change))
        if not known or not (change.step is None or is_whole(change.step)):
            raise SettingsError(
                f"The changes of run {run_id} cannot be read: {shown(change.field)} to {shown(change.value)} from step "
                f"{shown(change.step)} on, expected one of {', '.join(CHANGEABLE)} and a number that it can be."
            )
    return found


class Changes(Database):
    """The part of the store that has changes in mid-run."""

    def change(self, run_id: int, field: str, value: float | None) -> None:
        """Change a setting from the run's next step on; all that was trained stays as it is.

        Args:
            field: one of ``CHANGEABLE``.
            value: its new value; None for no clipping.

        Raises:
            SettingsError: the setting cannot be changed while a run trains, or the value is out of range.
        """
        with self._writing() as connection:
            check_change(find_run(connection, run_id).runnable().settings, field, value)
            connection.execute(sql.insert(changes).values(run_id=run_id, field=field, value=value))

    def changes(self, run_id: int) -> list[Change]:
        """All changes of the run's settings, in the order in which they were asked for."""
        with self._reading() as connection:
            return changes_of(connection, run_id)

    def take_changes(self, run_id: int, lease: str, step: int) -> list[Change]:
        """Give every change that waits the step from which it holds; returns all of the run's changes.

        Raises:
            LeaseLost: this process no longer holds the run.
        """
        found = self.changes(run_id)
        if all(change.step is not None for change in found):
            return found  # as nearly always: nothing to write
        with self._writing() as connection:
            update_held(connection, run_id, lease, {"lease": lease})  # holds the row until all is written
            waiting = sql.update(changes).where(changes.c.run_id == run_id, changes.c.step.is_(None))
            connection.execute(waiting.values(step=step))
            return changes_of(connection, run_id)


def check_change(settings: RunSettings, field: str, value: float | None) -> None:
    """Judge a change before it is asked for.

    Raises:
        SettingsError: the setting cannot be changed while a run trains, or the value is out of range.
    """
    if field not in CHANGEABLE:
        raise SettingsError(f"{field!r} cannot be changed while a run trains; expected {', '.join(CHANGEABLE)}")
    changed_settings(settings, [Change(None, field, value)])


def changed_settings(settings: RunSettings, held: Sequence[Change]) -> RunSettings:
    """The settings with the changes in them, the later ones over the earlier.

    Raises:
        SettingsError: a value is out of range.
    """
    values: dict[str, Any] = {change.field: whole_where_whole(change) for change in held}
    return replace(settings, **values) if values else settings


def whole_where_whole(change: Change) -> float | None:
    """The change's value, as an int where the setting is one."""
    whole = SETTINGS[change.field].kind is int and isinstance(change.value, float) and change.value.is_integer()
    return int(change.value) if whole and change.value is not None else change.value
