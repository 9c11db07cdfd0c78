"""The answers to what the Inspect page asks about a run."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashboard.serving.binary import pack
from dashboard.serving.checkpoints import checkpoint_step
from dashboard.serving.problems import Problem
from dashboard.shell.rights.acts import Acts
from dashboard.views.inspect.analyses import Analyses, Analysis, Asked, analysis_of
from dashboard.views.inspect.bounds import (
    LAYER,
    PAGE,
    check_length,
    check_position,
    check_units,
    check_work,
    is_long,
    page_of,
)
from dashboard.views.inspect.breaking import ablation_of, claim_of
from dashboard.views.inspect.claims import Claim, claim_payload
from dashboard.views.inspect.holding import Holding, holding_of
from dashboard.views.inspect.maps import Maps
from dashboard.views.inspect.profiles import finding_payload, match_payload, number, profile_payload
from dashboard.views.inspect.properties import first_property, property_of, spans_of, varied
from dashboard.views.inspect.step_places import step_place
from dashboard.views.inspect.texts import HELD_OUT, WRITTEN, most_positions, passage, separator
from lstm_engine import LSTMModel
from lstm_engine.cell.quantities import quantities_of
from lstm_engine.inspection import (
    Ablation,
    Finding,
    Findings,
    find_units,
    in_common,
    matches,
    neighbours,
    unit_profile,
)
from lstm_engine.runs import RunStore
from lstm_engine.runs.checkpoints import restored_with_task
from lstm_engine.runs.store.unit_notes import UnitNote
from lstm_engine.tasks import Task

MOST_MATCHES = 30
SUREST = 99.5  # percent of a unit's values that its colour scale holds


class InspectQuestions:
    """Answers questions; the latest analyses are kept, since a class asks the same ones.

    Args:
        get_store: gives the run store, or raises StoreError while it cannot be opened.
    """

    def __init__(self, get_store: Callable[[], RunStore]):
        self._get_store = get_store
        self._analyses = Analyses()
        self._findings = lru_cache(maxsize=64)(self._find_all)
        self._ablations = lru_cache(maxsize=64)(self._break)
        self._maps = Maps()
        self._models = lru_cache(maxsize=2)(self._restored)

    # ---- what is asked about

    def asked(self, run_id: int, query: Mapping[str, str]) -> Asked:
        """What a query asks: ``checkpoint`` (a step, or newest), ``layer`` from 1, ``text`` and ``own``.

        Raises:
            RunNotFound: there is no such run.
            Problem: a number is none, or out of range.
        """
        store = self._get_store()
        run = store.get(run_id)
        layer = int(LAYER.of(query, 1))
        if layer > run.settings.num_layers:
            raise Problem(f"There is no layer {layer}; this run has 1 to {run.settings.num_layers}.")
        own = query.get("own", "")
        source = query.get("text", HELD_OUT)
        step = checkpoint_step(store, run_id, query)
        return Asked(run_id, run.created_at, step, layer - 1, source, own if source != HELD_OUT else "")

    def is_known(self, asked: Asked) -> bool:
        """Whether the text was read already, so that an answer takes little time."""
        return asked in self._analyses

    def analysis(self, asked: Asked) -> Analysis:
        """The text as the model reads it."""
        return self._analyses.get(asked, lambda: self._read(asked))

    def _model(self, asked: Asked) -> tuple[LSTMModel, Task]:
        """The checkpoint's model, which all texts that it reads have in common."""
        return self._models(asked.run_id, asked.made_at, asked.step)

    def _restored(self, run_id: int, made_at: float, step: int) -> tuple[LSTMModel, Task]:
        """The same, read from the store; kept by ``self._models``."""
        store = self._get_store()
        return restored_with_task(store.get(run_id).settings, store.checkpoint(run_id, step))

    def _read(self, asked: Asked) -> Analysis:
        settings = self._get_store().get(asked.run_id).settings
        model, task = self._model(asked)
        planes = sum(not quantity.missing for quantity in quantities_of(model.variant))
        most = most_positions(settings, model, planes)
        return analysis_of(model, task, passage(task, settings, asked.source, asked.own, most), asked.layer)

    def values(self, asked: Asked, quantity: str) -> tuple[Analysis, NDArray]:
        """The values (N, H) of a quantity; the analysis they are of."""
        analysis = self.analysis(asked)
        if quantity not in analysis.values:
            known = ", ".join(analysis.values)
            raise Problem(f"There is no “{quantity[:40]}” in this cell; choose one of {known}.")
        return analysis, analysis.values[quantity]

    # ---- the text in colour

    def text(self, asked: Asked, page: int) -> bytes:
        """A page of the text: labels, what was predicted and how surprising what came was.

        Arrays: ``surprise`` (n,), ``top`` and ``top_chances`` (n, TOP).
        """
        analysis = self.analysis(asked)
        text, part = analysis.passage, page_of(analysis, page)
        header = {
            "first": part.start,
            "page_size": PAGE,
            "labels": text.labels[part],
            "came": text.came[part],
            "begins": [begin - part.start for begin in text.begins if part.start <= begin < part.stop],
            "sequences": len(text.lengths),
            "total": len(text.labels),
            "pages": -(-len(text.labels) // PAGE),
            "cut": text.cut,
            "note": text.note,
            "gap": len(separator(analysis.task.reads if analysis.task.reads_symbols else text.labels)),
            "breaks": sorted(label for label in set(text.labels) if WRITTEN.get(label) == "\n"),
            "blanks": sorted(label for label in set(text.labels) if WRITTEN.get(label) == " "),
            "outputs": list(analysis.task.vocabulary),
            "unit_of_loss": analysis.task.unit,
            "properties": {name: values.dtype != bool for name, values in varied(analysis).items()},
            "property": first_property(analysis),
            "steps": self._get_store().checkpoint_steps(asked.run_id),
            "step": asked.step,
            "units": analysis.model.architecture.hidden_size,
            "megabytes": round(analysis.size / 1e6, 1),
        }
        arrays = {
            "surprise": analysis.losses[part],
            "top": analysis.top[part],
            "top_chances": analysis.top_chances[part],
        }
        return pack(header, arrays)

    def colours(self, asked: Asked, quantity: str, page: int) -> bytes:
        """What the text is coloured by: ``values`` (n, H) of a page, and ``extents`` (H,), how far each unit's scale
        reaches: as far as nearly all of its values in the whole text."""
        analysis, values = self.values(asked, quantity)
        extents = np.maximum(np.percentile(np.abs(values), SUREST, axis=0), 1e-6)
        return pack({"quantity": quantity}, {"values": values[page_of(analysis, page)], "extents": extents})

    def marks(self, asked: Asked, name: str, page: int) -> bytes:
        """Where on a page a property holds, or how large it is: ``marks`` (n,)."""
        analysis = self.analysis(asked)
        values = property_of(analysis, name)
        header = {"property": name, "number": values.dtype != bool}
        return pack(header, {"marks": values[page_of(analysis, page)]})

    # ---- which units tell a property

    def _find_all(self, asked: Asked, quantity: str) -> Findings:
        """By all built-in properties; kept by ``self._findings``."""
        analysis, values = self.values(asked, quantity)
        check_length(analysis)
        return find_units(values, analysis.properties)

    def finding(self, asked: Asked, quantity: str, name: str) -> Finding:
        """Of one property; of a built-in one, with the others."""
        analysis, values = self.values(asked, quantity)
        check_length(analysis)
        if name in analysis.properties:
            findings = self._findings(asked, quantity)
        else:
            findings = find_units(values, {name: property_of(analysis, name)})
        if name in findings.skipped:
            raise Problem(findings.skipped[name])
        return findings.found[name]

    def find(self, asked: Asked, quantity: str, name: str) -> dict[str, Any]:
        """The ranking, as plain data."""
        return finding_payload(self.finding(asked, quantity, name))

    def unit(self, asked: Asked, quantity: str, unit: int) -> dict[str, Any]:
        """A unit's page, as plain data."""
        analysis, _ = self.values(asked, quantity)
        a = analysis.model.architecture
        check_units([unit], a.hidden_size)
        top_layer = analysis.layer == a.num_layers - 1
        readout = analysis.model.parameters.readout[:, : a.hidden_size] if top_layer else None
        profile = unit_profile(
            analysis.values,
            unit,
            quantity,
            symbols=analysis.codes,
            symbol_count=len(analysis.task.reads) if analysis.codes is not None else 0,
            readout=readout,
            findings=self._findings(asked, quantity) if is_long(analysis) else None,
        )
        return profile_payload(profile, analysis)

    # ---- break it

    def claim(self, asked: Asked, units: list[int], name: str, quantity: str, by: str) -> Claim:
        """What the loss does without the units, inside the property and outside of it.

        Raises:
            Problem: there are no such units, or no such property, or it would take too long.
        """
        analysis, _ = self.values(asked, quantity)
        check_units(units, analysis.model.architecture.hidden_size)
        check_work(analysis)
        holding = holding_of(by)
        if holding.kind == "position":
            check_position(holding.position, analysis)
        if not analysis.passage.asked.any():
            raise Problem("No answer is asked in this text, so there is no loss that could rise; try your own text.")
        found = self._ablations(asked, tuple(units), name, quantity, holding)
        names = {note.unit: note.name for note in self.notes(asked.run_id) if note.layer == asked.layer}
        return claim_of(found, name, self._get_store().get(asked.run_id), asked, analysis, holding, names)

    def _break(self, asked: Asked, units: tuple[int, ...], name: str, quantity: str, holding: Holding) -> Ablation:
        """The losses; kept by ``self._ablations``, since a claim is read, and then taken along as a report."""
        analysis, values = self.values(asked, quantity)
        return ablation_of(analysis, values, units, name, quantity, holding)

    def broken(self, asked: Asked, units: list[int], name: str, quantity: str, by: str) -> dict[str, Any]:
        """The same, as plain data."""
        return claim_payload(self.claim(asked, units, name, quantity, by))

    # ---- select and match

    def match(self, asked: Asked, quantity: str, span: str) -> dict[str, Any]:
        """Units on in a painted span, other places where they light up, and what those have in common."""
        analysis, values = self.values(asked, quantity)
        painted = spans_of(span)[0]
        found = matches(values, painted, MOST_MATCHES)
        places = [(place.start, place.stop) for place in found]
        common = in_common(places, analysis.properties, analysis.passage.labels) if places else []
        return match_payload(found, common, analysis.passage)

    def neighbours(self, asked: Asked, quantity: str, position: int) -> dict[str, Any]:
        """The positions whose states are nearest."""
        analysis, values = self.values(asked, quantity)
        check_position(position, analysis)
        found = neighbours(values, position)
        return {"neighbours": [{"position": one.position, "distance": number(one.distance)} for one in found]}

    def map(self, asked: Asked, quantity: str, name: str, page: int, method: str = "pca") -> bytes:
        """States as points: ``points`` (k, 2) of ``positions`` (k,), evenly spread, with the property (k,) that colours
        them; ``way`` (n, 2) of the page's positions, NaN where it is not known. By ``umap`` a map that is still drawn
        is told as such."""
        analysis, values = self.values(asked, quantity)
        marks = property_of(analysis, name) if name else np.zeros(len(values), bool)
        return self._maps.answer((asked, quantity), values, marks, page_of(analysis, page), method)

    # ---- names, and the way to the Step page

    def notes(self, run_id: int) -> list[UnitNote]:
        """What people call the run's units."""
        return self._get_store().unit_notes(run_id)

    def names(self, run_id: int) -> list[UnitNote]:
        """The same for whoever asks; RunNotFound if there is no such run."""
        self._get_store().get(run_id)
        return self.notes(run_id)

    def note_unit(
        self, run_id: int, layer: int, unit: int, name: str, note: str, acts: Acts | None = None
    ) -> dict[str, Any]:
        """Name a unit, as whoever asks may; anybody at this machine, if ``acts`` is None.

        Raises:
            Problem: the run has no such unit. SettingsError: there is too much to say.
        """
        store = self._get_store()
        settings = store.get(run_id).settings
        if not 0 <= layer < settings.num_layers:
            raise Problem(f"There is no layer {layer + 1}; this run has 1 to {settings.num_layers}.")
        check_units([unit], settings.hidden_size)
        return asdict((acts or Acts.here(store)).note_unit(run_id, layer, unit, name, note))

    def step(self, asked: Asked, position: int) -> dict[str, Any]:
        """The sequence and the timestep, from 1, at which the Step page shows a position."""
        analysis = self.analysis(asked)
        check_position(position, analysis)
        sequence, timestep = step_place(analysis.task, analysis.passage, position)
        return {"sequence": sequence, "timestep": timestep}
