"""Which array is which: the guess, and every part of it to be chosen otherwise."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from dashboard.shell.glossary import explained
from lstm_engine.cell.in_words import in_words
from lstm_engine.cell.variants import get_variant
from lstm_engine.formats import GATE_ORDERS, Found, LayerMapping, Mapping, ReadoutMapping

NONE = "(none)"
MOST_LAYERS = 12  # that are chosen by hand
CELLS = ("standard", "gru", "rnn")  # what other libraries have


def corrected(found: Found, guess: Mapping | None, key: str) -> Mapping:
    """The mapping as a person has it, beginning with the guess; whether it fits, ``measured`` judges.

    Args:
        key: of the file and the network in it: another one begins anew.
    """
    arrays = list(found.arrays)
    left, middle, right = st.columns(3, vertical_alignment="bottom")
    offered = CELLS if guess is None or guess.variant in CELLS else (guess.variant, *CELLS)
    variant = left.selectbox(
        "Kind of cell",
        offered,
        index=0 if guess is None else offered.index(guess.variant),
        format_func=lambda name: in_words(name).name,
        key=f"bring_variant_{key}",
        help=explained("Kind of cell"),
    )
    count = middle.number_input(
        "Layers",
        1,
        MOST_LAYERS,
        min(MOST_LAYERS, len(guess.layers)) if guess else 1,
        key=f"bring_count_{key}",
        help=explained("Layers"),
    )
    if guess is not None and len(guess.layers) > count:
        why = f"; at most {MOST_LAYERS} can be chosen here" if len(guess.layers) > MOST_LAYERS else ""
        st.warning(
            f"The file has {len(guess.layers)} layers{why}: the upper {len(guess.layers) - int(count)} are left out."
        )
    backward = right.toggle(
        "Reads from the end",
        guess is not None and guess.backward,
        key=f"bring_backward_{key}",
        help=explained("Reads from the end"),
    )
    left, middle, right = st.columns(3)
    embedding = one_of(left, "Embedding", arrays, guess.embedding if guess else None, f"bring_embedding_{key}")
    mapped = guess.readout if guess is not None else None
    readout = one_of(middle, "Readout", arrays, mapped.weight if mapped else None, f"bring_readout_{key}")
    readout_bias = one_of(right, "Bias of the readout", arrays, mapped.bias if mapped else None, f"bring_rbias_{key}")
    turned = middle.toggle(
        "Readout transposed",
        mapped is not None and mapped.transposed,
        key=f"bring_rturned_{key}",
        help=explained("Transposed"),
    )
    layers = tuple(
        corrected_layer(arrays, guess.layers[k] if guess and k < len(guess.layers) else None, variant, k, key)
        for k in range(int(count))
    )
    made = Mapping(
        variant,
        layers,
        None if readout is None else ReadoutMapping(readout, readout_bias, turned),
        embedding,
        backward=backward,
        name=guess.name if guess else "",
    )
    # what no selector asks for stays as it was found
    return made if guess is None else replace(made, activation=guess.activation, reset=guess.reset)


def corrected_layer(arrays: Sequence[str], guess: LayerMapping | None, variant: str, k: int, key: str) -> LayerMapping:
    """One layer's arrays."""
    st.markdown(f"**Layer {k}**")
    orders = dict(GATE_ORDERS.get(variant, {}))
    blocks = get_variant(variant).blocks
    if guess is not None and sorted(guess.gates) == sorted(blocks) and guess.gates not in orders.values():
        orders["As the file says"] = guess.gates
    orders = orders or {"The engine's": blocks}
    names = list(orders)
    chosen = next((n for n in names if guess is not None and orders[n] == guess.gates), names[0])
    first, second, third, fourth = st.columns(4)
    at = f"{key}_{k}_{variant}"
    given = guess.input if guess else arrays[0] if arrays else ""
    of_input = first.selectbox(
        "Weights of the input",
        arrays,
        index=arrays.index(given) if given in arrays else 0,
        key=f"bring_input_{at}",
        help=explained("Weights of the input"),
    )
    recurrent = one_of(
        second, "Weights of the hidden state", arrays, guess.recurrent if guess else None, f"bring_recurrent_{at}"
    )
    biases = third.multiselect(
        "Biases",
        arrays,
        [name for name in guess.biases if name in arrays] if guess else [],
        key=f"bring_biases_{at}",
        max_selections=2,
        help=explained("Biases"),
        placeholder="none",
    )
    order = fourth.selectbox(
        "Order of gates", names, index=names.index(chosen), key=f"bring_order_{at}", help=explained("Order of gates")
    )
    turned = fourth.toggle(
        "Transposed", guess is not None and guess.transposed, key=f"bring_turned_{at}", help=explained("Transposed")
    )
    peepholes = guess.peepholes if guess and get_variant(variant).peepholes else None
    return LayerMapping(of_input or "", recurrent, tuple(biases), orders[order], turned, peepholes)


def one_of(
    place: st.delta_generator.DeltaGenerator, label: str, arrays: Sequence[str], given: str | None, key: str
) -> str | None:
    """One of the arrays, or none."""
    options = [NONE, *arrays]
    index = options.index(given) if given in options else 0
    found = place.selectbox(label, options, index=index, key=key, help=explained(label))
    return None if found == NONE else found
