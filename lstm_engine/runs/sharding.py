"""Into how many parts the batches of a run are cut, so that a run which is alone can have more than one core.

The number decides the order in which gradients are added, hence the last digits. So it follows from the run's settings,
never from the machine, and a new run keeps it; one from before there were shards has none, and goes on in one part.
How many processes compute the parts is the worker's business, and changes no digit.
"""

from lstm_engine import tasks
from lstm_engine.cell.lstm import is_standard
from lstm_engine.cell.variants import get_variant

LEAST_BATCH = 16  # with fewer than eight columns a part, products take as long as with eight
# units times sequences, as 128 times 32. Below, calls cost more than numbers, so that one core alone takes up to half
# longer for two halves than for the whole: too much for whoever starts two small runs at once
LEAST_WORK = 4096


def usual_shards(task: str, variant: str, hidden_size: int, batch_size: int) -> int | None:
    """Two where two cores are worth it; else None, for one.

    Only the LSTM without peepholes: the other cells would be slower in two halves on one core than whole. An odd batch
    is left whole.

    >>> usual_shards("names", "standard", 128, 32), usual_shards("names", "gru", 128, 32)
    (2, None)
    """
    fast = tasks.OF_RUNS[task].is_trained and is_standard(get_variant(variant))
    enough = batch_size >= LEAST_BATCH and batch_size % 2 == 0 and hidden_size * batch_size >= LEAST_WORK
    return 2 if fast and enough else None
