"""Questions to a class, each with a scene behind it: what is asked is data, what is right the engine computes.

``reading`` reads one from Markdown, ``asking`` fills in the numbers of its scene and finds what is right there,
``counting`` counts answers. ``ready/`` holds those that come with the app.
"""

from lstm_engine.questions.asking import Asked, answer_of, ask, is_right
from lstm_engine.questions.counting import distribution
from lstm_engine.questions.facts import Facts
from lstm_engine.questions.live import LIVE, live_question
from lstm_engine.questions.reading import Question, QuestionError, Scene, read_question, read_scene
from lstm_engine.questions.ready import READY, ready_question

__all__ = [
    "LIVE",
    "READY",
    "Asked",
    "Facts",
    "Question",
    "QuestionError",
    "Scene",
    "answer_of",
    "ask",
    "distribution",
    "is_right",
    "live_question",
    "read_question",
    "read_scene",
    "ready_question",
]
