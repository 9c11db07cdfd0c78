import math

import pytest


@pytest.fixture
def compute(module):
    return module("browser/format.js")


@pytest.mark.parametrize(
    ("value", "text"),
    [("1.0625", "1.063"), ("-0.5", "−0.500"), ("-0.0001", "0.000"), ("-0", "0.000"), ("NaN", "–"), ("Infinity", "–")],
)
def test_a_fixed_number_has_a_true_minus_and_no_negative_nought(compute, value, text):
    assert compute(f"fixed({value})") == text


@pytest.mark.parametrize(
    ("value", "text"),
    [("0", "0"), ("0.00012346", "0.0001235"), ("0.0000021954", "2.195e-6"), ("1234.56", "1235"), ("NaN", "–")],
)
def test_what_is_very_small_is_read_by_its_exponent(compute, value, text):
    assert compute(f"significant({value})") == text


@pytest.mark.parametrize(
    ("value", "text"),
    [("0", "0"), ("0.00123456", "0.00123"), ("1234.5", "1230"), ("-0.00001", "−1.0e−5"), ("3.2e7", "3.2e7")],
)
def test_a_compact_number_has_an_exponent_only_where_it_must(compute, value, text):
    assert compute(f"compact({value})") == text


def test_a_compact_number_has_at_most_eight_characters_and_says_the_value_to_a_twentieth(compute, generator):
    values = [generator.choice([-1, 1]) * 10 ** generator.uniform(-40, 38) for _ in range(500)]
    for value, text in zip(values, compute("values.map(compact)", values=values), strict=True):
        assert len(text) <= 8
        assert math.isclose(float(text.replace("−", "-")), value, rel_tol=0.05)


def test_durations_are_told_in_the_two_units_that_matter(compute):
    assert compute("[4.4, 59.6, 200, 7800, -3].map(duration)") == [
        "4 s",
        "1 min 0 s",
        "3 min 20 s",
        "2 h 10 min",
        "0 s",
    ]


def test_rates_and_whole_numbers_are_rounded(compute):
    assert compute("[rate(1234.6), rate(12.34), whole(1234567.8)]") == ["1,235", "12", "1,234,568"]
    assert compute("[significant(0.123456), significant(NaN)]") == ["0.1235", "–"]
