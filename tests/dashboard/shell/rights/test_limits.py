import pytest

from dashboard.shell.rights import limits
from dashboard.shell.rights.limits import LIMITS, LIMITS_VARIABLE, MINUTES, Rates, most_of, read_limits, too_much


@pytest.fixture
def clock(monkeypatch):
    """Sets what time it is."""
    now = [1_000.0]
    monkeypatch.setattr(limits.time, "monotonic", lambda: now[0])
    return now


def test_limits_are_as_the_table_says_unless_the_settings_say_otherwise(monkeypatch):
    assert most_of("runs") == LIMITS["runs"].most
    monkeypatch.setenv(LIMITS_VARIABLE, "runs=2, steps=77")
    assert (most_of("runs"), most_of("steps"), most_of("units")) == (2, 77, LIMITS["units"].most)


def test_what_says_no_limit_is_left_out_and_stands_in_the_log(caplog):
    found = read_limits("runs=-1 steps=many unknown=3 units=9 often")
    assert found["units"] == 9
    assert {name for name, most in found.items() if most != LIMITS[name].most} == {"units"}
    assert len(caplog.records) == 4
    assert "'steps=many'" in caplog.text


@pytest.mark.parametrize("name", list(LIMITS))
def test_each_limit_refuses_what_is_beyond_it_in_its_sentence(name):
    most = LIMITS[name].most
    assert too_much(name, most) is None
    problem = too_much(name, most + 1)
    assert problem is not None
    assert problem.kind == "limit"
    assert str(problem).endswith(".")
    assert "{" not in str(problem)


def test_what_is_done_too_often_waits_until_it_is_ten_minutes_ago(clock, monkeypatch):
    monkeypatch.setenv(LIMITS_VARIABLE, "often=2 all=3")
    rates = Rates()
    assert [rates.take(("often", "anna"), ("all", "")) is None for _ in range(3)] == [True, True, False]
    assert rates.take(("often", "ben"), ("all", "")) is None
    assert "All visitors together" in str(rates.take(("often", "ben"), ("all", "")))
    clock[0] += MINUTES * 60 + 1
    assert rates.take(("often", "anna"), ("all", "")) is None


def test_what_is_refused_counts_nowhere(clock, monkeypatch):
    monkeypatch.setenv(LIMITS_VARIABLE, "often=5 all=1")
    rates = Rates()
    rates.take(("all", ""))
    for _ in range(9):
        assert rates.take(("often", "anna"), ("all", "")) is not None
    monkeypatch.setenv(LIMITS_VARIABLE, "often=1 all=9")
    assert rates.take(("often", "anna"), ("all", "")) is None


def test_made_up_names_without_end_fill_no_memory_and_open_no_door(clock, monkeypatch):
    monkeypatch.setattr(limits, "MOST_KEYS", 5)
    monkeypatch.setenv(LIMITS_VARIABLE, "guesses=2")
    rates = Rates()
    answers = [rates.take(("guesses", f"10.0.0.{number}")) for number in range(50)]
    assert len(rates._times) <= 6
    assert sum(answer is None for answer in answers) == 5 + 2  # the others are counted together
    clock[0] += MINUTES * 60 + 1
    assert rates.take(("guesses", "10.0.1.1")) is None
