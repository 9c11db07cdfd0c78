"""Maps of states: by principal components at once; by UMAP in a process of its own, for which no request waits."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dashboard.serving.binary import pack
from dashboard.serving.problems import Kind, Problem
from dashboard.views.inspect.profiles import number
from lstm_engine import EngineError
from lstm_engine.inspection import UmapMap, state_map, umap_map

MOST_POINTS = 3_000
MOST_KEPT = 16
MOST_WAITING = 4  # maps that are still to be drawn


@dataclass
class Drawing:
    """A map that is drawn, or why it could not be."""

    found: UmapMap | None = None
    refusal: EngineError | None = None
    done: bool = False


class Maps:
    """Answers with maps."""

    def __init__(self) -> None:
        self._umaps = Umaps()

    def answer(self, key: Hashable, values: NDArray, marks: NDArray, part: slice, method: str) -> bytes:
        """A map as the browser takes it, or ``waiting`` while it is drawn.

        Args:
            key: of the values. values: (N, H). marks: (N,), what colours them. part: positions whose way is asked for;
                NaN where it is not known. method: ``pca`` or ``umap``.
        """
        if method == "pca":
            found = state_map(values)
            positions = np.arange(0, len(values), max(1, -(-len(values) // MOST_POINTS)))
            points, way = found.points[positions], found.points[part]
            header = {"explained": [number(share) for share in found.explained]}
        elif method == "umap":
            drawn = self._umaps.get(key, lambda: umap_map(values))
            if drawn is None:
                return pack({"waiting": True}, {})
            points, positions, header = drawn.points, drawn.positions, {}
            way = np.full((len(values), 2), np.nan)
            way[positions] = points
            way = way[part]
        else:
            raise Problem(f"There is no map by “{method[:40]}”; choose pca or umap.")
        shown = marks[positions].astype(np.float32)
        arrays = {"points": points, "positions": positions, "marks": shown, "way": way}
        return pack({**header, "number": marks.dtype != bool}, arrays)


class Umaps:
    """The latest maps; one is drawn at a time."""

    def __init__(self) -> None:
        self._drawings: OrderedDict[Hashable, Drawing] = OrderedDict()
        self._lock, self._turn = threading.Lock(), threading.Lock()

    def get(self, key: Hashable, draw: Callable[[], UmapMap]) -> UmapMap | None:
        """The map, or None while it is drawn.

        Raises:
            EngineError: it could not be drawn; asked again, it is tried again.
            Problem: many others wait already.
        """
        with self._lock:
            drawing = self._drawings.get(key)
            if drawing is None:
                if sum(not one.done for one in self._drawings.values()) >= MOST_WAITING:
                    raise Problem("Many maps are being drawn just now; ask again in a minute.", Kind.BUSY)
                drawing = self._drawings[key] = Drawing()
                threading.Thread(target=self._draw, args=(drawing, draw), name="umap", daemon=True).start()
            self._drawings.move_to_end(key)
            if drawing.done and drawing.refusal is not None:
                del self._drawings[key]
                raise drawing.refusal
            return drawing.found

    def _draw(self, drawing: Drawing, draw: Callable[[], UmapMap]) -> None:
        try:
            with self._turn:
                drawing.found = draw()
        except EngineError as refusal:
            drawing.refusal = refusal
        except Exception as error:
            drawing.refusal = Problem(f"UMAP could not be run here: {type(error).__name__}.")
        finally:
            drawing.done = True
            with self._lock:
                ended = [key for key, one in self._drawings.items() if one.done]
                for key in ended[: max(0, len(self._drawings) - MOST_KEPT)]:
                    del self._drawings[key]
