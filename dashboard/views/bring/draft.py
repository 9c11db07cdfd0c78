"""A model as far as a person has brought it: what stands in their file, and what became of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, TypeVar

import streamlit as st

from dashboard.serving.turns import Turns
from dashboard.shell.services import services
from lstm_engine import EngineError, LSTMModel, WeightsError, formats
from lstm_engine.formats import Found, Mapping, Verification
from lstm_engine.runs.brought import MOST_WEIGHTS

Made = TypeVar("Made")
DRAFT = "brought_draft"  # in the session
MEGABYTE = 2**20


@dataclass
class Draft:
    """One file, read once.

    Attributes:
        file: what Streamlit calls the upload; "" as long as there is none. name: of the file.
        found: what stands in it; None if it cannot be read, for the reason in ``problem``.
        checked: what a comparison with inputs and outputs found, by what was compared.
        assembled: the model that was made last, and of what.
    """

    file: str
    name: str
    found: Found | None = None
    problem: EngineError | None = None
    checked: dict[str, Verification | EngineError] = field(default_factory=dict)
    assembled: tuple[str, LSTMModel] | None = None


@st.cache_resource(show_spinner=False)
def turns() -> Turns:
    """Whose turn it is to have a model read, on this server."""
    return Turns()


def in_turn(work: Callable[[], Made], words: str) -> Made:
    """Do heavy work when it is this visitor's turn, and say that it is under way."""
    with st.spinner(words), turns().turn():
        try:
            return work()
        except MemoryError as error:
            raise WeightsError("the server has not enough memory for so large a model; take a smaller one") from error


def most_bytes() -> int:
    """Of an upload, and of what is unpacked from it: Streamlit's own setting, or what a visitor may bring."""
    return services().acts.most_bytes(int(st.get_option("server.maxUploadSize")) * MEGABYTE)


def draft_of(upload: Any) -> Draft | None:
    """What stands in the file that was uploaded; None as long as there is none."""
    if upload is None:
        st.session_state.pop(DRAFT, None)
        return None
    draft: Draft | None = st.session_state.get(DRAFT)
    if draft is None or draft.file != upload.file_id:
        draft = Draft(upload.file_id, upload.name)
        try:
            draft.found = in_turn(lambda: formats.examine(upload.getvalue(), most_bytes()), "Reading the file …")
        except EngineError as error:
            draft.problem = error
        st.session_state[DRAFT] = draft
    return draft


def assembled(draft: Draft, mapping: Mapping) -> LSTMModel:
    """The model that a mapping makes of the file, in the widest of its arrays' dtypes.

    Raises:
        WeightsError: it does not fit, or is larger than a run may be.
        Problem: the server is busy.
    """
    found = draft.found
    assert found is not None
    key = mapping.to_json()
    if draft.assembled is None or draft.assembled[0] != key:
        used = {found.dtypes.get(name, "float32") for name, _ in mapping.arrays()}
        dtype = "float64" if "float64" in used else "float32"
        made = in_turn(lambda: formats.assemble(found, mapping, dtype, MOST_WEIGHTS), "Putting the model together …")
        draft.assembled = key, made
    return draft.assembled[1]


def verified(draft: Draft, mapping: Mapping, upload: Any) -> Verification | EngineError:
    """What comparing with the inputs and outputs in a file says, or why they cannot be compared."""
    key = f"{upload.file_id} {sha256(mapping.to_json().encode()).hexdigest()}"
    if key not in draft.checked:
        try:
            model = assembled(draft, mapping)
            examples = upload.getvalue()
            draft.checked[key] = in_turn(
                lambda: formats.verify(model, *formats.examples(examples)), "Comparing what they compute …"
            )
        except EngineError as error:
            return error  # a server that was busy will be asked again
    return draft.checked[key]
