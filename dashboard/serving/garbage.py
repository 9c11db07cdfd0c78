"""Collecting garbage where many come: Streamlit does it after each run of a page's script, over all that lives.

What lives is mostly the sessions of all others, so that a page cost the more the more were open: with 600, two thirds
of a page's 146 ms of a core. Now and then, therefore, all is looked through once and what is left is set aside; the
collections in between see what came since. Nothing is set aside for good: the next time it is looked through again.
"""

import asyncio
import gc

EVERY_SECONDS = 5.0
A_CROWD = 20  # collections since the last time, below which it is not worth looking through all


def full_collections() -> int:
    """How many there were in this process so far."""
    return int(gc.get_stats()[2]["collections"])


def set_aside() -> None:
    """Look through everything, also what was set aside before, and set aside what is in use."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


async def keep_collections_short() -> None:
    """Set aside what lives whenever many pages' scripts have run, until it is cancelled."""
    last = full_collections()
    while True:
        await asyncio.sleep(EVERY_SECONDS)
        if full_collections() - last >= A_CROWD:
            set_aside()
            last = full_collections()
