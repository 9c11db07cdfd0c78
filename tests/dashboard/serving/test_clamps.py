"""The grammar of clamps, and what a browser is told of them."""

import pytest

from dashboard.serving.clamps import ClampError, clamp_payload, parse_clamps
from lstm_engine import LSTMModel

MODEL = LSTMModel(28, 7, 28, 2)


def test_a_browser_is_told_the_clamps_as_they_were_read():
    payloads = [clamp_payload(clamp) for clamp in parse_clamps("f:1:3:2-9=0.50,c:2:*:1-1=-4e0", MODEL, 10)]
    assert payloads == [
        {"quantity": "forget_gate", "layer": 0, "unit": 3, "first": 1, "last": 8, "value": 0.5},
        {"quantity": "cell", "layer": 1, "unit": None, "first": 0, "last": 0, "value": -4.0},
    ]


def test_letters_are_those_of_the_runs_own_cell():
    gru = LSTMModel(28, 7, 28, variant="gru")
    (clamp,) = parse_clamps("z:1:3:2-9=0.5", gru, 10)
    assert clamp.quantity == "update_gate"
    with pytest.raises(ClampError, match="names f; this cell has r, z, n, h"):
        parse_clamps("f:1:3:2-9=0.5", gru, 10)
    with pytest.raises(ClampError, match="names f; this cell has i, g, o, c, h"):
        parse_clamps("f:1:3:2-9=0.5", LSTMModel(28, 7, 28, variant="no_forget_gate"), 10)


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("f:1:3:2-9=7", [0]),
        ("f:1:3:2-9=0.5,f:1:99:2-9=0,,q,o:1:0:1-1=", [1, 2, 3]),  # what is empty has no place
        (",".join(["f:1:1:1-1=0"] * 53), [50, 51, 52]),
        (",".join(["?"] * 40), [*range(40)]),
    ],
)
def test_a_refusal_says_which_clamps_cannot_be_in_a_few_sentences(text, places):
    with pytest.raises(ClampError) as refused:
        parse_clamps(text, MODEL, 10)
    assert refused.value.places == places
    assert len(str(refused.value)) < 400
