"""What all units of a layer do over a whole text, at one checkpoint after the other."""

from collections.abc import Callable, Iterator
from typing import Any

from dashboard.serving.kept import Kept
from dashboard.shell.figures import as_json
from dashboard.views.inspect.analyses import STREAMS, Asked
from dashboard.views.inspect.figures import memory_figure, saturation_figure, values_figure
from dashboard.views.inspect.profiles import number
from dashboard.views.inspect.texts import Passage, passage
from lstm_engine import LSTMModel, Trace
from lstm_engine.cell.quantities import quantities_of
from lstm_engine.inspection import gate_statistics, traces
from lstm_engine.inspection.gates import LayerStatistics
from lstm_engine.runs import RunStore
from lstm_engine.runs.checkpoints import restored_with_task

MOST_POSITIONS = 10_000  # a frame of a film: more would not change a histogram that one sees
MOST_FRAMES = 200  # of all films that are kept, each some 50 kB
MOST_DOUBLED = 20


class Films:
    """Frames of films, kept for all who look at the same one.

    Args:
        get_store: gives the run store, or raises StoreError while it cannot be opened.
    """

    def __init__(self, get_store: Callable[[], RunStore]):
        self._get_store = get_store
        self._frames: Kept[Asked, LayerStatistics] = Kept(MOST_FRAMES, size=lambda _frame: 1)

    def gates(self, asked: Asked) -> dict[str, Any]:
        """A frame: charts as Plotly's figures, and the units that do nothing of their own."""
        store = self._get_store()
        found = self._frames.get(asked, lambda: self._count(asked))
        names = {note.unit: note.name for note in store.unit_notes(asked.run_id) if note.layer == asked.layer}
        return frame_payload(found, store.get(asked.run_id).settings.variant, names) | {"step": asked.step}

    def _count(self, asked: Asked) -> LayerStatistics:
        store = self._get_store()
        settings = store.get(asked.run_id).settings
        model, task = restored_with_task(settings, store.checkpoint(asked.run_id, asked.step))
        text = passage(task, settings, asked.source, asked.own, MOST_POSITIONS)
        return gate_statistics(all_traces(model, text), asked.layer)


def all_traces(model: LSTMModel, text: Passage) -> Iterator[Trace]:
    """Of each sequence, one after the other."""
    streams = STREAMS if len(text.lengths) == 1 else 1
    for inputs, _ in text.sequences():
        yield from traces(model, inputs, streams=streams)


def frame_payload(found: LayerStatistics, variant: str, names: dict[int, str]) -> dict[str, Any]:
    """Statistics of a layer as charts and lists."""
    memory = found.memory
    quantities = [quantity for quantity in quantities_of(variant) if quantity.name in found.histograms]
    gates = [quantity for quantity in quantities if quantity.name in memory.left_saturated]
    figures = {"values": values_figure(quantities, found.histograms)}
    if gates:
        figures["saturation"] = saturation_figure(gates, memory.left_saturated, memory.right_saturated, names)
    if memory.timesteps is not None:
        figures["memory"] = memory_figure(memory.timesteps, names)
    return {
        "figures": {name: as_json(figure) for name, figure in figures.items()},
        "positions": found.positions,
        "without_memory": memory.reason,
        "dead": [int(unit) for unit in memory.dead.nonzero()[0]],
        "stuck": [int(unit) for unit in memory.stuck.nonzero()[0]],
        "doubled": [[a, b, number(correlation)] for a, b, correlation in memory.doubled[:MOST_DOUBLED]],
        "doubled_in_all": len(memory.doubled),
    }
