"""Runs of visitors go when their time is over, whether or not anybody comes; those who own them are told before."""

import asyncio
import logging
import time
from collections.abc import Callable

from dashboard.shell.rights.asking import everyone_is_here
from dashboard.shell.rights.limits import most_of
from dashboard.shell.rights.room_acts import clear_old_rooms
from lstm_engine.runs import Run, RunStore, StoreError

log = logging.getLogger(__name__)

CLEAN_EVERY_SECONDS = 300.0
TOLD_SHARE = 0.25  # of a run's time: so long before its end its page says when that will be


def clean(store: RunStore) -> int:
    """Take away what is too old, once; returns how many runs. Several servers may do it at once."""
    if store.read_only:
        return 0
    number = store.delete_old(most_of("hours") * 3_600)
    if number:
        log.info(
            "%d visitors' runs were older than %d hours; they can be had back for a day.", number, most_of("hours")
        )
    return number


async def keep_clean(get_store: Callable[[], RunStore], every: float = CLEAN_EVERY_SECONDS) -> None:
    """Clean again and again, until cancelled; trouble with the store passes, and the pages tell of it.

    No runs are cleaned where everybody may do everything: what visitors began there, they began under other rules.
    Rooms that nobody uses are closed everywhere.
    """
    while True:
        try:
            await asyncio.to_thread(lambda: clear_old_rooms(get_store()))
            if not everyone_is_here():
                await asyncio.to_thread(lambda: clean(get_store()))
        except StoreError as error:
            log.debug("%s", error)
        except Exception:
            log.exception("cleaning away old runs failed; trying again")
        await asyncio.sleep(every)


def goes_in_words(run: Run) -> str:
    """When a visitor's run will be taken away, if that is soon; else empty."""
    if run.owner is None or everyone_is_here():
        return ""
    hours = most_of("hours")
    left = hours - (time.time() - run.created_at) / 3_600
    if left > TOLD_SHARE * hours:
        return ""
    soon = f"in {left:.0f} hours" if left >= 1.5 else "within the hour"
    return (
        f"This run is deleted {soon}, as visitors' runs are {hours:,} hours after they were begun. Take its weights "
        "along if you want to keep them, or fork it: a fork has its own time."
    )
