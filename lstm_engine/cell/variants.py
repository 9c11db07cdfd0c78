"""The cells that a model can be made of, by name: the one place where a new family is entered."""

from lstm_engine.cell import gru, lstm, mingru, minlstm, rnn, slstm
from lstm_engine.cell.family import Family, Variant
from lstm_engine.cell.lstm import STANDARD
from lstm_engine.checks import choice

FAMILIES: dict[str, Family] = {
    family.name: family for family in (lstm.FAMILY, gru.FAMILY, rnn.FAMILY, slstm.FAMILY, minlstm.FAMILY, mingru.FAMILY)
}
VARIANTS: dict[str, Variant] = {variant.name: variant for family in FAMILIES.values() for variant in family.variants}


def get_variant(name: str) -> Variant:
    """The variant of that name.

    Raises:
        SettingsError: there is none.
    """
    return choice("variant", name, VARIANTS)


def family_of(variant: Variant | str) -> Family:
    """The family that a variant belongs to.

    Raises:
        SettingsError: there is no variant of that name.
    """
    return FAMILIES[(variant if isinstance(variant, Variant) else get_variant(variant)).family]


__all__ = ["FAMILIES", "STANDARD", "VARIANTS", "Family", "Variant", "family_of", "get_variant"]
