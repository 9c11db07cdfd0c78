"""Every label, column, tile and control has its entry. Those of the step view are looked for in a browser."""

import re
from dataclasses import asdict
from pathlib import Path

import pytest

from dashboard.shell import glossary
from dashboard.shell.glossary import all_terms, by_label, explained, term_of
from dashboard.shell.terms import Term
from dashboard.views.compare.groups import Past
from dashboard.views.compare.page import differences
from dashboard.views.train.metrics import DRAWN, tiles
from dashboard.views.train.new_run import FIRST, MORE
from lstm_engine.cell.quantities import quantities_of
from lstm_engine.cell.variants import VARIANTS
from lstm_engine.runs import RunSettings, Status
from lstm_engine.runs.metrics import METRICS
from lstm_engine.runs.run import Notes, Series
from lstm_engine.tasks import TASKS

ROOT = Path(__file__).parents[3]
MOST_SENTENCES = 4  # three, and a remark in brackets that ends in a full stop


def lacking(labels: object) -> list[str]:
    return [label for label in labels if term_of(label) is None]  # type: ignore[attr-defined]


def test_every_metric_curve_and_tile_has_its_entry():
    assert lacking(metric.label for metric in METRICS) == []
    assert lacking(curve.words for curve in DRAWN) == []
    assert lacking(tile.label for perplexity in (True, False) for tile in tiles(perplexity)) == []
    assert lacking(["steps per second", "baseline", "logarithmic steps", "logarithmic loss"]) == []


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_quantity_of_every_cell_has_its_entry(variant):
    """By its name, as the drawing marks it, and by its label, as the heatmaps say it."""
    found = quantities_of(variant)
    assert lacking(quantity.name for quantity in found) == []
    for quantity in found:
        assert term_of(quantity.label) is term_of(quantity.name)


def test_every_setting_has_its_entry_under_the_name_that_forms_and_tables_have_for_it():
    settings = asdict(RunSettings())
    assert lacking(name.replace("_", " ") for name in settings) == []
    assert {*FIRST, *MORE} <= settings.keys()


def test_every_column_of_compare_has_its_entry(store):
    runs = [
        store.create(RunSettings(hidden_size=8, seed=0), "one", start=False),
        store.create(RunSettings(hidden_size=16, seed=1, clip_norm=None), "other", start=False),
    ]
    nothing = {run.id: Series([], []) for run in runs}
    pasts = {run.id: Past((), Notes(tags=("tagged",))) for run in runs}
    rows = differences(runs, nothing, pasts)
    assert {"run", "step", "state", "best validation loss", "hidden size", "clip norm"} <= rows[0].keys()
    assert lacking([*rows[0], "on its way"]) == []


def test_whatever_can_be_said_of_a_run_or_a_sample_has_its_entry():
    assert lacking(status.value for status in Status) == []
    assert lacking(["new", "memorised", "held out", "right", "wrong", "goal"]) == []
    assert lacking(["nats", "perplexity", "gradient norm", "surprise", "saturation", "h′", "c′", "peephole"]) == []
    units = {unit for task in TASKS.values() for unit in re.findall(r"nats per \w+", task.unit)}
    assert [unit for unit in units if "nats" not in by_label()] == []


@pytest.mark.parametrize("term", list(all_terms()), ids=lambda term: term.name)
def test_an_entry_is_short_whole_and_says_where_its_number_comes_from(term):
    assert term.words.endswith(".")
    assert 1 <= len(re.findall(r"[.!?](?=\s|$)", term.words)) <= MOST_SENTENCES
    assert len(term.words) < 330
    if term.computed:
        assert (ROOT / term.computed).exists(), term.computed
    assert term.words in (explained(term.name) or "")


def test_no_label_is_explained_twice(monkeypatch):
    by_label.cache_clear()
    monkeypatch.setattr(glossary, "SECTIONS", {"all": (Term("loss", "One."), Term("other", "Two.", labels=("Loss",)))})
    with pytest.raises(ValueError, match="“Loss” is explained twice: by “loss” and “other”"):
        by_label()
    by_label.cache_clear()
    monkeypatch.undo()
    assert term_of("no such thing") is None
    assert explained("no such thing") is None
    assert term_of("Loss") is term_of("loss")
