"""One colour a quantity, everywhere, from the palette of Okabe and Ito (2008), which colour-blind people tell apart."""

from lstm_engine.cell.quantities import QUANTITIES, Quantity

OKABE_ITO = {
    "orange": "#E69F00",
    "sky_blue": "#56B4E9",
    "bluish_green": "#009E73",
    "yellow": "#F0E442",
    "blue": "#0072B2",
    "vermillion": "#D55E00",
    "reddish_purple": "#CC79A7",
    "grey": "#6b6b6b",  # for their black, which a dark theme swallows
}


def colour_of(quantity: Quantity) -> str:
    """The colour in which a quantity of any cell is drawn."""
    return OKABE_ITO[quantity.colour]


QUANTITY_COLOURS = {quantity.name: colour_of(quantity) for quantity in QUANTITIES}  # of the LSTM

TRAINING_COLOUR = OKABE_ITO["sky_blue"]
VALIDATION_COLOUR = OKABE_ITO["vermillion"]
GRADIENT_COLOUR = OKABE_ITO["bluish_green"]
BASELINE_COLOUR = "#8a939c"
