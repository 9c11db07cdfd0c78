"""What a request is told that meets a problem."""

from dashboard.serving.problems import Problem, refusal


def test_half_a_character_that_was_sent_is_not_sent_back():
    assert refusal(Problem("there is no \ud800 here")).body == b'{"error":"there is no ? here","kind":"invalid"}'
