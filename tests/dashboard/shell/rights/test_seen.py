"""What one actor sees of the store, and that nothing of the store is forgotten."""

import ast
from dataclasses import replace
from pathlib import Path

import pytest

from dashboard.shell.rights import acts as acts_module
from dashboard.shell.rights.acts import Acts
from dashboard.shell.rights.seen import OF_A_RUN, OF_ALL, seen_by
from lstm_engine.runs import RunNotFound, RunStore
from lstm_engine.runs.store import Owner
from tests.dashboard.shell.rights.conftest import ADMINISTRATOR, ALL_ACTORS, ANNA, BEN, GUEST, SMALL

SEEN = {"list_runs", "get", "find", "gone"}
# of the training processes, of the server itself, and of whoever keeps it
NOT_FOR_PAGES = {
    *(
        "is_file",
        "is_others_turn",
        "queue_anew",
        "rivals",
        "acquire",
        "record",
        "keep_checkpoint",
        "fail",
        "release",
        "probe",
        "take_changes",
        "purge",
        "close",
    ),
    *("check", "copy_to", "count", "full", "holds_anything", "take_over", "tally"),
    *("create_first_run", "crowd", "delete_old", "number_owned", "owner_of"),
    *("sweeps_to_conduct", "count_sweep", "losses_at", "begin_trial", "decide_rung", "send_on", "tick_sweep"),
    *("server_key", "sign_in", "is_signed_in", "sign_out"),
}
# of rooms: read by what a member's browser holds, see ``members``, and changed by ``RoomActs`` and ``VoteActs``
OF_ROOMS = {"room", "room_of_key", "room_by_id", "rooms_of", "number_of_rooms", "seat", "seats"} | {
    "vote",
    "votes",
    "answers",
    "own_question",
    "own_questions",
    "experiment",
    "experiments",
    "variations",
    "parts_of_curves",
    "shown_runs",
    "runs_shown_to",
    "is_shown",
    "removed_tokens",
}
CHANGING_ROOMS = {
    *("open_room", "move_room", "touch_room", "set_leader", "set_room_settings", "close_room", "clear_rooms"),
    *("take_seat", "note_seats", "remove_seat", "hold_checkpoint"),
    *("open_vote", "ask_again", "close_vote", "reveal_vote", "end_vote", "give_answer"),
    *("forget_nicknames", "add_question", "remove_question"),
    *("begin_experiment", "freeze_experiment", "thaw_experiment", "clear_experiment", "end_experiment"),
    *("rest_experiments", "begin_variation", "remove_variation", "show_run", "hide_run"),
}
ACTS = {"end_sweep": "cancel_sweep", "rename": "describe", "annotate": "describe"}  # called otherwise
PRIVATE = replace(SMALL, task="own text", text="what anna wrote, again and again, " * 9)


def test_all_that_a_store_can_do_is_seen_or_an_act_or_not_for_pages():
    public = {name for name in dir(RunStore) if not name.startswith("_")}
    acts = {name for name in public if hasattr(Acts, ACTS.get(name, name))}
    kinds = [SEEN | OF_A_RUN | OF_ALL, acts, NOT_FOR_PAGES, OF_ROOMS, CHANGING_ROOMS]
    assert public == set().union(*kinds)
    assert sum(map(len, kinds)) == len(public)


@pytest.fixture
def runs(store):
    public = store.create(SMALL, "for all", start=False, owner=Owner(BEN.identity, 9))
    return public, store.create(PRIVATE, "of anna", start=False, owner=Owner(ANNA.identity, 9))


@pytest.mark.parametrize("name", list(ALL_ACTORS))
def test_what_somebody_brought_they_alone_see_and_the_administrator(store, runs, name):
    public, private = runs
    actor = ALL_ACTORS[name]
    seen = seen_by(store, lambda: actor)
    sees = name in ("anna", "here", "administrator")
    assert {run.id for run in seen.list_runs()} == {public.id, private.id} if sees else {public.id}
    assert (seen.find(PRIVATE) is not None) is sees
    for read in (seen.get, *(getattr(seen, name) for name in OF_A_RUN if name not in ("checkpoint", "curves"))):
        read(public.id)
        if sees:
            read(private.id)
            continue
        with pytest.raises(RunNotFound, match=f"Run {private.id} holds what somebody brought"):
            read(private.id)
    if not sees:
        assert "holds what somebody brought" in seen.gone(private.id)
        with pytest.raises(RunNotFound):
            seen.checkpoint(private.id, 0)
    assert "no run 99" in seen.gone(99)


def changes_by_itself(path: Path) -> list[str]:
    """Calls, in a file, of what changes a store, by a store."""
    calls = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]
    found = []
    for call in calls:
        if not isinstance(call.func, ast.Attribute):
            continue
        name = ACTS.get(call.func.attr, call.func.attr)
        if hasattr(Acts, name) or name in CHANGING_ROOMS:
            whose = ast.unparse(call.func.value)
            if "store" in whose and "acts" not in whose.lower():
                found.append(f"{path.name}:{call.lineno} {ast.unparse(call.func)}")
    return found


def test_pages_and_routes_change_the_store_by_acts_alone(tmp_path):
    dashboard = Path(acts_module.__file__).parents[2]
    found = {path.name: changes_by_itself(path) for path in dashboard.rglob("*.py")}
    assert {name for name, calls in found.items() if calls} == {
        "acts.py",
        "room_acts.py",
        "vote_acts.py",
        "experiment_acts.py",
        "presence.py",
    }
    (tmp_path / "page.py").write_text("services.store.delete(1)\nself._get_store().rename(1, 'x')\nthread.start()")
    assert len(changes_by_itself(tmp_path / "page.py")) == 2


def test_nothing_is_changed_by_what_a_page_sees(store, runs):
    seen = seen_by(store, lambda: ADMINISTRATOR)
    for name in {name for name in dir(RunStore) if not name.startswith("_")} - SEEN - OF_A_RUN - OF_ALL:
        with pytest.raises(AttributeError, match="see Acts"):
            getattr(seen, name)


def test_whoever_leaves_sees_no_more_from_that_moment_on(store, runs):
    who = [ADMINISTRATOR]
    seen = seen_by(store, lambda: who[0])
    assert len(seen.list_runs()) == 2
    who[0] = GUEST
    assert len(seen.list_runs()) == 1
