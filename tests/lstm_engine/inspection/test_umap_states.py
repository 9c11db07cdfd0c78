"""A map by UMAP keeps groups apart that are apart, and is the same for the same seed; where it lacks, how to get it."""

import sys

import numpy as np
import pytest

from lstm_engine import SettingsError, ShapeError
from lstm_engine.inspection import umap_is_installed, umap_map

GENERATOR = np.random.default_rng(0)
GROUPS = np.arange(90) % 3
STATES = GENERATOR.normal(size=(90, 8)) + 12 * np.eye(8)[GROUPS]


@pytest.mark.skipif(not umap_is_installed(), reason="the extra umap is not installed")
def test_groups_stay_apart_and_a_seed_draws_the_same_map():
    found = umap_map(STATES, seed=3)
    assert found.positions.tolist() == list(range(90))
    distances = np.linalg.norm(found.points[:, None] - found.points, axis=2)
    np.fill_diagonal(distances, np.inf)
    assert (GROUPS[distances.argmin(axis=1)] == GROUPS).all()
    np.testing.assert_array_equal(found.points, umap_map(STATES, seed=3).points)
    with pytest.raises(SettingsError, match=r"all be the same|could not draw"):
        umap_map(np.ones((30, 4)))


def test_without_the_extra_a_sentence_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr("lstm_engine.inspection.umap_states.umap_is_installed", lambda: False)
    with pytest.raises(SettingsError, match="the extra umap: pip install 'umap-learn"):
        umap_map(STATES)
    assert "umap" not in sys.modules  # nothing imports it here, even where it is installed


@pytest.mark.parametrize(
    ("states", "options", "error", "words"),
    [
        (STATES[:5], {}, ShapeError, "at least 20"),
        (STATES * np.nan, {}, ShapeError, "not finite"),
        (STATES, {"most": 5}, SettingsError, "most"),
        (STATES, {"neighbours": 90}, SettingsError, "neighbours"),
        (STATES, {"seed": -1}, SettingsError, "seed"),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_a_sentence(states, options, error, words):
    with pytest.raises(error, match=words):
        umap_map(states, **options)
