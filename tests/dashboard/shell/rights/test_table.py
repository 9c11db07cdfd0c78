"""The table of rights, said once more in full: whoever changes one cell of it changes it here as well."""

import pytest

from dashboard.serving.problems import STATUS, Kind
from dashboard.shell.rights.actor import ActorKind
from dashboard.shell.rights.table import NOT_KNOWN_AGAIN, Action, refused
from tests.dashboard.shell.rights.conftest import ALL_ACTORS, ANNA

# may the administrator; a visitor to their own, to another's, to nobody's; a guest
EXPECTED = {
    Action.LOOK: (True, True, True, True, True),
    Action.LOOK_AT_BROUGHT: (True, True, False, False, False),
    Action.BEGIN: (True, True, True, True, False),
    Action.CONTROL: (True, True, False, False, False),
    Action.CHANGE: (True, True, False, False, False),
    Action.DESCRIBE: (True, True, False, False, False),
    Action.CONDUCT: (True, True, False, False, False),
    Action.DELETE: (True, True, False, False, False),
    Action.OPEN_ROOM: (True, True, True, True, False),
    Action.JOIN_ROOM: (True, True, True, True, False),
}
CASES = (
    ("administrator", ANNA.identity),
    ("anna", ANNA.identity),
    ("ben", ANNA.identity),
    ("anna", None),
    ("guest", None),
)


@pytest.mark.parametrize("action", list(Action))
@pytest.mark.parametrize("case", range(len(CASES)), ids=[f"{who} {whose}" for who, whose in CASES])
def test_every_action_is_allowed_to_these_and_refused_to_the_others_in_a_sentence(action, case):
    name, owner = CASES[case]
    problem = refused(ALL_ACTORS[name], action, owner, "“names 3”")
    assert (problem is None) is EXPECTED[action][case]
    if problem is not None:
        assert problem.kind is Kind.FORBIDDEN
        assert STATUS[problem.kind] == 403
        assert str(problem).endswith(".")
        assert "{" not in str(problem)
        if EXPECTED[action] == EXPECTED[Action.DELETE] and action is not Action.LOOK_AT_BROUGHT and name != "guest":
            assert "“names 3”" in str(problem)


def test_every_kind_of_actor_is_in_the_table():
    assert {actor.kind for actor in ALL_ACTORS.values()} == set(ActorKind)
    assert set(EXPECTED) == set(Action)


def test_a_guest_is_nobodys_owner_not_even_of_what_nobody_owns():
    assert not ALL_ACTORS["guest"].owns(None)
    assert not ALL_ACTORS["administrator"].owns(None)
    assert str(refused(ALL_ACTORS["guest"], Action.DELETE, None)) == NOT_KNOWN_AGAIN
