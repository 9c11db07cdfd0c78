"""Signing in with an account: one identity in all browsers, tickets for one alone, rooms without their keys."""

import json

import pytest

from dashboard.serving.problems import Kind, Problem
from dashboard.shell.rights import accounts
from dashboard.shell.rights.accounts import (
    ACCOUNT_COOKIE,
    account_in,
    identity_of,
    leave_account,
    ticket_for,
    token_for,
)
from dashboard.shell.rights.asking import actor_of, mark
from dashboard.shell.rights.cookies import IDENTITY, TEACHER_COOKIE, VISITOR_COOKIE, signed, signing_key
from dashboard.shell.rights.members import OF_ACCOUNT
from tests.dashboard.shell.rights.conftest import ANNA, BEN

SCHOOL = {"iss": "https://login.school.example", "sub": "teacher 7", "email": "t@school.example"}
TEACHER = identity_of(SCHOOL)


def held_by(store, visitor: str) -> dict[str, str]:
    return {VISITOR_COOKIE: signed(signing_key(store), visitor)}


def signed_in(store, browser, identity: str = TEACHER):
    """That browser, after its page's ticket was shown."""
    visitor = browser.cookies[VISITOR_COOKIE].partition(".")[0]
    body = json.dumps({"ticket": ticket_for(store, identity, visitor)}).encode()
    status, headers, _ = browser.door.ask("POST", "/api/account", browser.cookies, body)
    assert status == 200
    (made,) = headers["set-cookie"]
    assert {"HttpOnly", "SameSite=Strict"} <= set(made.split("; "))
    browser.cookies[ACCOUNT_COOKIE] = made.split("; ")[0].partition("=")[2]
    return browser


def test_who_an_account_is_depends_on_its_issuer_and_its_subject_alone():
    assert IDENTITY.fullmatch(TEACHER)
    assert identity_of({**SCHOOL, "email": "other@school.example", "name": "New"}) == TEACHER
    others = [{"iss": "https://else.example"}, {"sub": "teacher 70"}]
    # the border between the two cannot be moved
    others += [{"iss": f"{SCHOOL['iss']} teacher", "sub": "7"}, {"iss": f'{SCHOOL["iss"]}", "x', "sub": "7"}]
    assert len({TEACHER, *(identity_of({**SCHOOL, **other}) for other in others)}) == 5
    for nobody in ({}, {"iss": SCHOOL["iss"]}, {"sub": "7"}, {"iss": "", "sub": "7"}, {"iss": "x", "sub": 7}):
        assert identity_of(nobody) is None


def test_a_ticket_is_for_one_browser_for_a_minute_and_cannot_be_made(store, monkeypatch):
    ticket = ticket_for(store, TEACHER, ANNA.identity)
    identity, ends, given = ticket.split(".")
    assert token_for(store, ticket, held_by(store, ANNA.identity)).startswith(TEACHER)
    tries = [
        (ticket, held_by(store, BEN.identity)),
        (ticket, {}),
        (ticket, {VISITOR_COOKIE: f"{ANNA.identity}.made-up"}),
        (f"{BEN.identity}.{ends}.{given}", held_by(store, ANNA.identity)),
        (f"{identity}.{int(ends) + 1}.{given}", held_by(store, ANNA.identity)),
        (f"{identity}.{ends}.{given[:-1]}", held_by(store, ANNA.identity)),
        (f"{identity}.{ends}.é", held_by(store, ANNA.identity)),
        ("", held_by(store, ANNA.identity)),
        ("...", held_by(store, ANNA.identity)),
    ]
    for made_up, cookies in tries:
        with pytest.raises(Problem, match="too old, or another browser") as refused:
            token_for(store, made_up, cookies)
        assert refused.value.kind is Kind.FORBIDDEN
    later = accounts.time.time() + accounts.TICKET_SECONDS + 1
    monkeypatch.setattr(accounts.time, "time", lambda: later)
    with pytest.raises(Problem, match="too old"):
        token_for(store, ticket, held_by(store, ANNA.identity))


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"ticket": 3}', b'{"ticket": ""}', b'{"ticket": "\\u0000"}', b"[" * 3_000]
)
def test_what_is_no_ticket_is_refused_in_a_sentence(browser, body):
    status, _, told = browser(ANNA.identity).door.ask("POST", "/api/account", body=body)
    assert status == 400
    assert "takes a ticket" in json.loads(told)["error"]


def test_an_account_is_the_same_visitor_in_two_browsers_until_it_leaves(store, monkeypatch):
    monkeypatch.setenv("LSTM_MODE", "shared")
    origin = f"{mark()} elsewhere 10.0.0.9"
    held = []
    for visitor in (ANNA.identity, BEN.identity):
        cookies = held_by(store, visitor)
        held.append(cookies | {ACCOUNT_COOKIE: token_for(store, ticket_for(store, TEACHER, visitor), cookies)})
    actors = [actor_of(store, cookies, origin) for cookies in held]
    assert [(actor.identity, actor.account, actor.may_do_everything) for actor in actors] == [
        (TEACHER, True, False)
    ] * 2
    leave_account(store, held[0])
    assert actor_of(store, held[0], origin).identity == ANNA.identity  # kept, and sent again
    assert actor_of(store, held[1], origin).identity == TEACHER
    token = held[1][ACCOUNT_COOKIE].partition(".")[2]
    for forged in (f"{BEN.identity}.{token}", f"{TEACHER}.", TEACHER, f"{TEACHER}.{token[:-1]}", f".{token}"):
        assert account_in(store, {ACCOUNT_COOKIE: forged}) is None
    with store._readers.connect() as connection:
        kept = str(connection.exec_driver_sql("SELECT * FROM sign_ins").fetchall())
    assert token not in kept
    assert TEACHER not in kept


def test_a_teacher_with_an_account_leads_their_room_in_any_browser_without_its_key(store, browser):
    school = signed_in(store, browser(ANNA.identity))
    code = school.post("open")[1]["code"]
    home = browser(BEN.identity, "10.0.0.9")
    assert home.mine().get("own_rooms") is None
    signed_in(store, home)
    (shown,) = home.mine()["own_rooms"]
    status, told = home.post("come_back", code=shown)
    assert (status, told["role"], told["code"], "key" in told) == (200, "teacher", code, False)
    assert home.mine()["role"] == "teacher"
    assert home.post("move", place="step?run=1", by="home")[0] == 200
    home.listens(f"class/{code}")
    assert school.post("move", place="train", by="school")[0] == 200  # who holds the key leads as well

    # nobody else: another account, none, the account's own former cookie, a code in a cookie
    before = store.room(code)
    other = signed_in(store, browser(BEN.identity, "10.0.0.8"), identity_of({**SCHOOL, "sub": "another"}))
    stranger = browser(BEN.identity, "10.0.0.7")
    for one in (other, stranger):
        assert one.post("come_back", code=code)[0] == 403
        one.cookies[TEACHER_COOKIE] = OF_ACCOUNT + code
        assert one.post("close")[0] == 403
        assert one.mine()["role"] is None
    leave_account(store, home.cookies)
    assert home.post("close")[0] == 403
    assert home.post("come_back", code=code)[0] == 403
    assert store.room(code) == before
    assert school.post("close")[0] == 200
    again = signed_in(store, browser(ANNA.identity))
    assert again.mine().get("own_rooms") is None
    assert again.post("come_back", code=code)[0] == 403
