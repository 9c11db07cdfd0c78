"""AUC and R squared, for many units and many targets at once."""

from numpy.typing import ArrayLike, NDArray


def auc(activations: ArrayLike, targets: ArrayLike) -> NDArray:
    """The area under the ROC curve, (H, P): the probability that a position with the property lies above one without.

    Ties count half (Mann and Whitney 1947).

    Args:
        activations: (N, H). targets: (N, P) bool, each both True and False somewhere.
    """
    raise NotImplementedError
