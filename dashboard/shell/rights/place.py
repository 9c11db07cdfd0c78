"""Where a page says who it takes its visitor for, and where the administrator shows the key: a button in a corner."""

import streamlit as st

from dashboard.serving.assets import DASHBOARD, base_path, module_url
from dashboard.serving.trust import server_token
from dashboard.shell.plain import plain
from dashboard.shell.rights.actor import ActorKind
from dashboard.shell.rights.sign_in import key_hash
from dashboard.shell.rights.table import NOT_KNOWN_AGAIN
from dashboard.shell.services import services
from lstm_engine import EngineError

_mount = st.components.v2.component(
    "lstm_sign_in",
    css=(DASHBOARD / "browser" / "sign_in.css").read_text("utf-8"),
    js=(DASHBOARD / "browser" / "loader.js").read_text("utf-8"),
)
ALL = "You are signed in as this server’s administrator: all runs are yours to start, change and delete."
OTHERS = (
    "Look at every run, step it, and fork it into one of your own; only who began a run starts, changes and deletes it."
)


def show_who_asks() -> None:
    """Nothing where one visitor may do everything, and in a frame, which shows but what it is for."""
    if st.context.is_embedded:
        return
    try:
        acts = services().acts
        actor, words = acts.actor, acts.limits_in_words()
    except EngineError:  # the page says what is wrong with the store
        return
    if actor.may_do_everything and not actor.signed_in:
        return
    name = "Administrator" if actor.signed_in else "Visitor"
    with (
        st.container(key="who_asks"),
        st.popover(name, icon=":material/person:", type="tertiary", key="who_asks_opens"),
    ):
        if actor.signed_in:
            st.caption(ALL)
        elif actor.kind is ActorKind.GUEST:
            st.caption(plain(NOT_KNOWN_AGAIN))
        else:
            st.caption(plain(f"{OTHERS} {words}"))
        if key_hash() is not None:
            route = "sign_out" if actor.signed_in else "sign_in"
            data = {
                "script": module_url("browser/sign_in.js"),
                "address": f"{base_path()}/api/{route}",
                "token": server_token(),
                "signed_in": actor.signed_in,
            }
            _mount(key="sign_in", data=data)
