"""What the Inspect page says of a text's positions, against Python's own tokenizer."""

import re
import tokenize
from dataclasses import replace
from io import StringIO

import numpy as np
from numpy.typing import NDArray

from dashboard.views.inspect.analyses import analysis_of
from dashboard.views.inspect.texts import HELD_OUT, OWN, passage
from lstm_engine.runs import PRESETS

CODE = replace(PRESETS["classroom"], task="source code", hidden_size=2)


def strings_and_comments(text: str) -> tuple[NDArray, NDArray]:
    """Where Python reads a string, from its opening mark to before its closing one, and where a comment; (N,) each."""
    begins = np.cumsum([0, *map(len, text.splitlines(keepends=True))])
    strings, comments = np.zeros(len(text), bool), np.zeros(len(text), bool)
    for token in tokenize.generate_tokens(StringIO(text).readline):
        start, stop = (begins[line - 1] + column for line, column in (token.start, token.end))
        if token.type == tokenize.COMMENT:
            comments[start:stop] = True
        elif token.type == tokenize.STRING and (opening := re.match("[a-zA-Z]*(\"\"\"|'''|.)", token.string)):
            strings[start + opening.end() - 1 : stop - 1] = True
    return strings, comments


def test_text_held_out_from_the_middle_of_a_docstring_is_quoted_where_python_says_so():
    task = CODE.task_object
    whole = task.passage(held_out=False) + task.passage()
    cut = whole.index('"""', round(0.9 * len(whole))) - 10  # whatever the installed Python's library is cut at
    task._held_out_from = cut
    settings = replace(CODE, sequence_length=50)
    model = settings.build_trainer().model
    analysis = analysis_of(model, task, passage(task, settings, HELD_OUT, "", 5_000), 0)
    strings, comments = (found[cut : cut + 5_000] for found in strings_and_comments(whole))
    assert strings.any()
    assert not strings.all()
    np.testing.assert_array_equal(analysis.properties["inside a string"], strings)
    np.testing.assert_array_equal(analysis.properties["inside a comment"], comments)
    assert (analysis.properties["inside quotes"] == strings).mean() > 0.98  # where prose in comments quotes as well
    own = analysis_of(model, task, passage(task, settings, OWN, 'say("it")', 5_000), 0)
    assert own.properties["inside quotes"].tolist() == [False] * 4 + [True] * 3 + [False]
