"""Bring your own: a file, a look at what was found in it, perhaps a vocabulary, and one button."""

from typing import Any

import streamlit as st

from dashboard.shell.glossary import explained
from dashboard.shell.navigation import page_at
from dashboard.shell.plain import plain
from dashboard.shell.selection import choose_run
from dashboard.shell.services import Services
from dashboard.shell.trouble import explained_trouble, refuse
from dashboard.views.bring.draft import DRAFT, MEGABYTE, Draft, assembled, draft_of, most_bytes, verified
from dashboard.views.bring.mapper import corrected
from dashboard.views.bring.reading import ask_how_to_read
from dashboard.views.bring.words import KERAS, PYTORCH, WHAT, array_rows, model_words
from lstm_engine import EngineError, formats
from lstm_engine.formats import Mapping
from lstm_engine.formats.measuring import measured
from lstm_engine.runs.brought import MOST_WEIGHTS, brought
from lstm_engine.runs.store import LONGEST_NAME
from lstm_engine.tasks.own_model import OwnModel

VISIT = "brought_visit"  # in the session: how many models were made, so that the next one begins anew


WAYS = {"Step it": "step", "Inspect it": "inspect"}  # buttons, and where they lead, if there is such a page


def show(services: Services) -> None:
    """The page."""
    with st.container(key="bring"):
        st.title("Bring a model of your own", anchor=False)
        st.markdown(WHAT)
        why_not = services.acts.why_not_begin()
        if why_not:
            st.info(plain(why_not), icon=":material/info:")
            return
        if services.acts.limits_in_words():
            st.caption(plain(services.acts.limits_in_words()))
        visit = st.session_state.get(VISIT, 0)
        upload = st.file_uploader(
            "Model file",
            key=f"bring_file_{visit}",
            max_upload_size=max(1, most_bytes() // MEGABYTE),
            help=explained("Model file"),
        )
        with explained_trouble("bring"):
            draft = draft_of(upload)
            if draft is not None and draft.problem is not None:
                refuse(draft.problem)
            show_how_to_save(open_at_first=draft is None)
            if draft is not None and draft.found is not None:
                show_draft(services, draft)


def show_how_to_save(open_at_first: bool) -> None:
    """The lines that save a model where it was trained."""
    with st.expander("How to save it from PyTorch or Keras", expanded=open_at_first):
        torch, keras, onnx = st.tabs(["PyTorch", "Keras", "ONNX"])
        torch.code(PYTORCH, language="python")
        keras.code(KERAS, language="python")
        keras.caption("Keras' own .weights.h5 and .keras files are read, too, where the extra “keras” is installed.")
        onnx.caption("An .onnx file with LSTM, GRU or RNN nodes is read as it is.")
        st.caption(
            f"A file may have {most_bytes() // MEGABYTE} MB, and a model {MOST_WEIGHTS:,} weights. What torch.save "
            "writes is a pickle, which can run code when it is read, so it never is."
        )


def show_draft(services: Services, draft: Draft) -> None:
    """What was found, what can be chosen otherwise, and the buttons."""
    found = draft.found
    assert found is not None
    guess, key = found.guess, draft.file
    if len(found.offers) > 1:
        number = st.selectbox(
            "Network in the file",
            range(len(found.offers)),
            format_func=lambda k: found.offers[k].name or f"network {k + 1}",
            key=f"bring_offer_{key}",
            help=explained("Network in the file"),
        )
        guess, key = found.offers[number], f"{key}_{number}"
    said = st.container()
    for doubt in found.doubts:
        st.warning(plain(f"{doubt[:1].upper()}{doubt[1:]}."), icon=":material/help:")
    if not found.arrays:
        return
    with st.expander("Arrays in the file, and what each is taken for", expanded=guess is None):
        mapping = corrected(found, guess, key)
        rows = formats.in_words(found, mapping)
        st.dataframe(array_rows(rows), hide_index=True, width="stretch", height="content" if len(rows) < 12 else 420)
    first = st.session_state.setdefault(f"bring_first_{key}", mapping)
    try:
        sizes = measured(found.arrays, mapping)
    except EngineError as error:
        if guess is None and mapping == first:
            return  # nobody has chosen anything yet: what to do is said above
        with said:
            refuse(error)
        return
    said.markdown(f"**{plain(model_words(mapping, sizes))}**")
    left, right = st.columns([3, 2])
    own = ask_how_to_read(mapping, sizes, draft.name, key, (left, right))
    with right:
        check(draft, mapping)
    name = st.text_input(
        "Name",
        key=f"bring_name_{key}",
        placeholder=draft.name.rpartition(".")[0] or draft.name,
        max_chars=LONGEST_NAME,
        help=explained("Name"),
    )
    with st.container(horizontal=True, key="bring_buttons"):
        there = {label: page_at(path) for label, path in WAYS.items()}
        pages: dict[str, Any] = {label: page for label, page in there.items() if page is not None} or {"Keep it": None}
        pressed = [
            page
            for place, (label, page) in enumerate(pages.items())
            if st.button(
                label,
                type="primary" if place == 0 else "secondary",
                key=f"leads_to_{page.url_path if page is not None else place}",  # see browser/tab_history.js
                disabled=own is None,
                help=explained(label),
            )
        ]
    if pressed and own is not None:
        keep(services, draft, mapping, own, name, pressed[0])


def check(draft: Draft, mapping: Mapping) -> None:
    """A comparison with what the model computed where it was trained, if a person has that."""
    upload = st.file_uploader(
        "Inputs and outputs to check it against, if you have them",
        key=f"bring_check_{draft.file}",
        max_upload_size=max(1, most_bytes() // MEGABYTE),
        help=explained("Inputs and outputs to check it against, if you have them"),
    )
    if upload is None:
        return
    found = verified(draft, mapping, upload)
    if isinstance(found, EngineError):
        refuse(found)
        return
    words = plain(f"{found.words[:1].upper()}{found.words[1:]}.")
    if found.agrees:
        st.success(words, icon=":material/check:")
    else:
        st.warning(words)


def keep(services: Services, draft: Draft, mapping: Mapping, own: OwnModel, name: str, page: Any) -> None:
    """Make it a run and go where it can be seen; what is refused is said below the button, and all else stays."""
    try:
        run = services.acts.add_model(brought(assembled(draft, mapping), own), name)
    except EngineError as error:
        refuse(error)
        return
    st.session_state.pop(DRAFT, None)  # the file goes from memory, and with the next visit its upload
    st.session_state[VISIT] = st.session_state.get(VISIT, 0) + 1
    choose_run(run.id)
    if page is not None:
        st.switch_page(page)
