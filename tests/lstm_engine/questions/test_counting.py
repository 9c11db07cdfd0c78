"""Answers: judged by what the engine computes, counted, and what a teacher is advised."""

import numpy as np
import pytest

from lstm_engine import SettingsError
from lstm_engine.questions import answer_of, distribution, is_right, read_question
from lstm_engine.questions.counting import advice
from tests.lstm_engine.questions.writing import asked_of, two, written


def test_answers_of_each_kind_are_judged_and_counted(models, names):
    number = asked_of(read_question(written(more="within: 0.1\n", parts="## x\nis: 7\nB.")), models[0], names)
    right = number.answer
    given = [right, right + 0.09, right + 0.2, 7, -1e9]
    assert [is_right(number, answer_of(number, one)) for one in given] == [True, True, False, False, False]
    found = distribution(number, [answer_of(number, one) for one in given])
    assert (found["count"], found["right"], found["made"], sum(found["bins"])) == (5, 2, [1], 5)

    curve = asked_of(read_question(written("curve", "c[:, u]")), models[0], names)
    flat = [0.9] * 5
    assert is_right(curve, curve.answer)
    assert not is_right(curve, answer_of(curve, flat))
    found = distribution(curve, [curve.answer, flat, flat])
    assert np.array(found["quartiles"]).shape == (3, 5)
    assert found["right"] == 1

    unit = asked_of(
        read_question(written("unit", "abs(c[t])", parts="## h\nis: argmin(abs(c[t]))\nB.")), models[0], names
    )
    weakest = unit.mistakes[0]
    found = distribution(unit, [unit.answer, weakest, weakest])
    assert (found["right"], found["made"]) == (1, [2])
    assert found["units"][0] == {"unit": weakest, "count": 2}

    choice = asked_of(read_question(written("choice", parts=two("answer > 5", "answer <= 5"))), models[0], names)
    found = distribution(choice, [0, 1, 1, 1])
    assert (found["made"], found["right"]) == ([1, 3], 3)


@pytest.mark.parametrize("given", [None, True, "1", -1, 2, 1.0, [1], {}, 10**30])
def test_what_is_no_answer_is_refused(models, names, given):
    choice = asked_of(read_question(written("choice", parts=two("answer > 5", "answer <= 5"))), models[0], names)
    with pytest.raises(SettingsError):
        answer_of(choice, given)
    number = asked_of(read_question(written()), models[0], names)
    for odd in (float("nan"), float("inf"), "1", True, 1e300):
        with pytest.raises(SettingsError):
            answer_of(number, odd)
    curve = asked_of(read_question(written("curve", "c[:, u]")), models[0], names)
    for odd in ([1.0], [float("nan")] * 5, ["1"] * 5, [True] * 5, 1):
        with pytest.raises(SettingsError):
            answer_of(curve, odd)


@pytest.mark.parametrize(("right", "word"), [(34, "few"), (35, "neighbours"), (70, "neighbours"), (71, "most have it")])
def test_from_35_to_70_percent_right_a_teacher_is_advised_to_let_them_discuss(right, word):
    """Crouch and Mazur 2001, as DESIGN says: discuss at 35 to 70 % right, then vote again."""
    assert word in advice({"count": 100, "right": right})
    assert advice({"count": 2, "right": 1}) == ""
    assert "alone" in advice({"count": 100, "right": right}, {"count": 90, "right": 80})
