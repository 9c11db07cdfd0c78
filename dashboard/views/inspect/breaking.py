"""Break it: the loss with units held, of an analysed text, as a claim about them."""

from collections.abc import Mapping

from numpy.typing import NDArray

from dashboard.views.inspect.analyses import Analysis, Asked
from dashboard.views.inspect.claims import Claim
from dashboard.views.inspect.holding import Holding, in_words, label_of
from dashboard.views.inspect.properties import property_of
from dashboard.views.inspect.texts import most_broken, side_by_side
from lstm_engine.inspection import Ablation, ablate
from lstm_engine.runs import Run


def ablation_of(
    analysis: Analysis, values: NDArray, units: tuple[int, ...], name: str, quantity: str, holding: Holding
) -> Ablation:
    """The losses; ``values`` (N, H) of the quantity. A property that is a number holds nowhere and everywhere, so that
    the whole text is compared."""
    inside = property_of(analysis, name) if name else None
    batch, positions = side_by_side(analysis.passage, analysis.model.num_parameters)
    return ablate(
        analysis.model,
        batch,
        units,
        None if inside is None or inside.dtype != bool else inside[positions] & (positions >= 0),
        by=holding.by(values),
        quantity=quantity,
        layer=analysis.layer,
        loss=analysis.task.loss,
    )


def claim_of(
    found: Ablation, name: str, run: Run, asked: Asked, analysis: Analysis, holding: Holding, names: Mapping[int, str]
) -> Claim:
    """What was found, with all that a reader has to know of how."""
    return Claim(
        found,
        name,
        run,
        asked,
        measured=most_broken(analysis.passage, analysis.model.num_parameters),
        positions=len(analysis.passage.labels),
        unit_of_loss=analysis.task.unit,
        names=names,
        held=label_of(analysis, found.quantity),
        how=in_words(holding, analysis, found.quantity, found.units),
        silenced=found.quantity == "hidden" and holding.kind in ("mean", "zero"),
    )
