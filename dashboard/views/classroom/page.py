"""Classroom: how do I show this to a class, and let each of them explore?"""

import streamlit as st

from dashboard.shell.services import Services
from dashboard.views.classroom.mount import mount_classroom

WHAT_FOR = (
    "One leads, a class follows on their own screens, phones too; whoever likes looks around alone and comes back with "
    "one click. A room is opened here, and joined by its code."
)


def show(_services: Services) -> None:
    """The page; who is in which room, the browser knows."""
    with st.container(key="classroom_head"):
        st.title("Classroom", anchor=False)
        st.markdown(WHAT_FOR)
    mount_classroom()
