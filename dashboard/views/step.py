"""Step: what does this cell do at this timestep?"""

import streamlit as st

from dashboard.services import Services
from dashboard.views.common import pick_run


def show(services: Services) -> None:
    """The page."""
    run = pick_run(services.store)
    if run is None:
        return
    st.write(run.name)
