"""What a task is, in words: shown where it runs and where it is stepped."""

from dataclasses import dataclass


@dataclass(frozen=True)
class About:
    """Sentences and phrases on a task, for people who have not met it.

    Attributes:
        reads: what is read, a sentence.
        question: what is asked, as a question.
        verdict: what is said of the right answer: that it ``came``, ``may come`` or ``is right``.
        number_asked: what the number is called that is asked for, where answers are numbers.
        guesser: what a guesser without memory reaches, a sentence.
        solved: what counts as solved, a sentence.
        continues: whether the model can go on by itself: what it says is what it reads.
        independent: whether each output is a yes or no of its own, so that their probabilities need not add up to 1.
    """

    reads: str
    question: str
    verdict: str
    number_asked: str
    guesser: str
    solved: str
    continues: bool
    independent: bool
