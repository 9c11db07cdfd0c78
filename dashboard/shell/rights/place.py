"""Where a page says who it takes its visitor for, and where one signs in, by a key or an account: in a corner."""

import streamlit as st

from dashboard.serving.assets import DASHBOARD, base_path, module_url
from dashboard.serving.trust import server_token
from dashboard.shell.plain import plain
from dashboard.shell.rights.accounts import identity_of, leave_account, providers, ticket_for
from dashboard.shell.rights.actor import Actor, ActorKind
from dashboard.shell.rights.asking import cookies_here
from dashboard.shell.rights.cookies import identity_in, signing_key
from dashboard.shell.rights.sign_in import key_hash
from dashboard.shell.rights.table import NOT_KNOWN_AGAIN
from dashboard.shell.services import services, shared_services
from lstm_engine import EngineError

_mount = st.components.v2.component(
    "lstm_sign_in",
    css=(DASHBOARD / "browser" / "sign_in.css").read_text("utf-8"),
    js=(DASHBOARD / "browser" / "loader.js").read_text("utf-8"),
)
_mount_account = st.components.v2.component("lstm_account", js=(DASHBOARD / "browser" / "loader.js").read_text("utf-8"))
LONGEST_NAME = 40  # characters of a name in the corner
WITH_ACCOUNT = (
    "What you begin, and the rooms that you open, are yours in every browser in which you sign in with this account."
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
    name = "Administrator" if actor.signed_in else account_name() if actor.account else "Visitor"
    with (
        st.container(key="who_asks"),
        st.popover(plain(name), icon=":material/person:", type="tertiary", key="who_asks_opens"),
    ):
        if actor.signed_in:
            st.caption(ALL)
        elif actor.kind is ActorKind.GUEST:
            st.caption(plain(NOT_KNOWN_AGAIN))
        else:
            st.caption(plain(f"{OTHERS} {words}"))
            offer_accounts(actor)
        if key_hash() is not None:
            route = "sign_out" if actor.signed_in else "sign_in"
            data = {
                "script": module_url("browser/sign_in.js"),
                "address": f"{base_path()}/api/{route}",
                "token": server_token(),
                "signed_in": actor.signed_in,
            }
            _mount(key="sign_in", data=data)
    if not actor.may_do_everything and not actor.account and providers():
        hand_over_ticket()


def account_name() -> str:
    """Of whoever is signed in, as their identity provider has it."""
    for claim in ("name", "preferred_username", "email"):
        said = str(st.user.get(claim) or "").strip()
        if said:
            return said[:LONGEST_NAME]
    return "Signed in"


def offer_accounts(actor: Actor) -> None:
    """The way in by an account, and the way out of it."""
    if actor.account:
        st.caption(WITH_ACCOUNT)
        if st.button("Sign out", key="leave_account"):
            leave_account(shared_services().store, cookies_here())
            st.logout()
        return
    for provider in providers():
        name = "an account" if provider == "default" else provider.capitalize()
        if st.button(plain(f"Sign in with {name}"), key=f"account_{provider}"):
            st.login(None if provider == "default" else provider)


def hand_over_ticket() -> None:
    """If Streamlit's login has said who it is, their browser is to hold it for the routes as well, and to come back to
    the page from which they went to sign in."""
    store = shared_services().store
    identity = identity_of(dict(st.user)) if st.user.is_logged_in else None
    visitor = identity_in(signing_key(store), cookies_here())
    data = {
        "script": module_url("browser/account.js"),
        "address": f"{base_path()}/api/account",
        "token": server_token(),
        "ticket": ticket_for(store, identity, visitor) if identity and visitor else None,
    }
    _mount_account(key="account", data=data)
