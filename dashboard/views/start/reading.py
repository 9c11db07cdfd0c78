"""The page of text, with figures of its own, and the whole glossary at its end."""

import math

import numpy as np
import streamlit as st

from dashboard.serving.assets import module_url
from dashboard.shell.components import register
from dashboard.shell.glossary import SECTIONS
from dashboard.shell.plain import plain
from dashboard.shell.services import Services
from dashboard.shell.terms import Term
from dashboard.views.start import words
from dashboard.views.start.figures import Figure, gradient_figure, loss_figure, unrolled_figure
from dashboard.views.start.measured import FURTHEST, SEEDS, UNITS, Learned, gradients_back, learned
from lstm_engine.runs import Run
from lstm_engine.tasks.names import ALPHABET, NamesTask

SMALL = 1e-4
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

_mount = register("start", part="figure")


def show(services: Services) -> None:
    """The page."""
    run, shown = learned(services.store, tuple(services.store.list_runs()))
    bigram = NamesTask().baseline().loss
    blind = math.log(len(ALPHABET))
    with st.container(key="reading"):
        st.title(words.TITLE, anchor=False)
        st.markdown(words.MEMORY.format(blind=blind, bigram=bigram, among=math.exp(bigram), here=here(shown)))
        levels = {"blind guessing": blind, "table of letter pairs": bigram}
        figure(
            "loss",
            loss_figure(shown.validation.step, shown.validation.value, levels),
            f"The loss on names that were kept aside, of {named(run)}. What lies below the lower dashed line is what "
            "memory is worth.",
        )
        st.markdown(words.ONE_CELL)
        passage = shown.passage
        figure(
            "unrolled",
            unrolled_figure(passage.labels, passage.cell, passage.forget_gate, passage.likeliest, passage.probability),
            f"A name is read by {named(run)} at step {shown.step:,}. Below, what is read; in the boxes, which are one "
            f"cell, the memory c and the forget gate f of its unit {passage.unit}; on top, what is expected next.",
        )
        st.markdown(words.LINES)
        norms = gradients_back()
        plain_rnn, fresh, opened = (share(float(values[-1])) for values in norms.values())
        st.markdown(words.GRADIENTS.format(furthest=FURTHEST, plain=plain_rnn, fresh=fresh, open=opened))
        figure(
            "gradients",
            gradient_figure(norms),
            f"The gradient on its way back, in fresh networks of {UNITS} units that read random letters: the median of "
            f"{SEEDS} seeds, computed by this server.",
        )
        st.markdown(words.MISTAKES)
        st.markdown(words.HONEST.format(bigram=bigram))
        show_glossary()


def here(shown: Learned) -> str:
    """Where the run stands, in a sentence."""
    if shown.loss is None or not np.isfinite(shown.loss):
        return words.NOT_YET
    return words.HERE.format(loss=shown.loss, step=int(shown.validation.step[-1]), among=math.exp(shown.loss))


def share(value: float) -> str:
    """A number that may be very small, as people write it."""
    if value >= SMALL:
        return f"{value:.2g}"
    return f"10{str(round(math.log10(value))).translate(RAISED)}"


def named(run: Run | None) -> str:
    """What is read or has learned, in words."""
    return "a network that has learned nothing yet" if run is None else f"the run “{run.name}”"


def figure(key: str, drawn: Figure, caption: str) -> None:
    """Draw a figure."""
    data = {
        "script": module_url("views/start/browser/figure.js"),
        "figure": drawn,
        "caption": caption,
    }
    with st.container(key=f"figure_{key}"):
        _mount(key=f"drawn_{key}", data=data)


def show_glossary() -> None:
    """Every entry."""
    st.header("Glossary", anchor="glossary")
    st.markdown("What the pages say of themselves where you point at something, all of it.")
    for title, terms in SECTIONS.items():
        st.subheader(title, anchor=False)
        st.markdown("\n".join(entry(term) for term in terms))


def entry(term: Term) -> str:
    """One entry, as an item of a list."""
    notes = [f"unit or range: {term.unit}" if term.unit else "", f"see {term.computed}" if term.computed else ""]
    said = "; ".join(note for note in notes if note)
    return f"- **{plain(term.name)}**: {plain(term.words)}" + (f" *({plain(said)})*" if said else "")
