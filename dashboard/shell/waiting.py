"""Why runs wait although there is room for them: what trains them, a cluster, is away or of another version."""

import streamlit as st

from dashboard.shell.plain import plain
from dashboard.shell.services import Services

FOR_VISITORS = "Runs wait: the machines that train them are not all to be had at the moment."


def say_why_runs_wait(services: Services) -> None:
    """The sentence, with addresses and versions for who may do everything, if there is one."""
    trouble = services.launcher.trouble
    if trouble:
        st.warning(plain(trouble if services.acts.actor.may_do_everything else FOR_VISITORS))
