"""What a teacher's link says, how files are called, and where a sequence is opened."""

import pytest

HREF = "http://host/step?run=3&checkpoint=20&sequence=a%26b&timestep=4&unit=0&panel=why"


@pytest.fixture
def compute(module):
    return module(
        "views/step/browser/exercise.js",
        "views/step/browser/link.js",
        "views/step/browser/naming.js",
        "views/step/browser/opening.js",
        "views/step/browser/state.js",
        "browser/pictures.js",
    )


def test_an_exercise_is_read_as_it_was_made(compute):
    wanted = {"note": " x < y & “ü”? ", "hide": ["save", "pages", "prediction"], "present": True, "task": None}
    read = compute(
        """(() => {
          const url = new URL(exerciseLink(href, wanted));
          return { query: Object.fromEntries(url.searchParams), ...readLink(url.searchParams, {}, names) };
        })()""",
        href=HREF,
        wanted=wanted,
        names=["note", "hide", "present"],
    )
    assert read["change"] == {"note": "x < y & “ü”?", "hide": ["pages", "prediction", "save"], "present": True}
    assert read["problems"] == []
    assert (read["query"]["run"], read["query"]["sequence"], read["query"]["timestep"]) == ("3", "a&b", "4")


def test_an_exercise_on_a_task_names_no_run_of_this_server(compute):
    link = compute("exerciseLink(href, { note: '', hide: [], present: false, task: 'parity', embed: true })", href=HREF)
    assert link == "http://host/step?sequence=a%26b&timestep=4&unit=0&panel=why&embed=true&task=parity"


def test_every_part_can_be_hidden_and_panels_are_named_as_in_the_state(compute):
    assert compute("Object.keys(PANELS).every((name) => name in HIDEABLE)")
    assert compute("inWords([])") == "Nothing is hidden."
    assert compute("inWords(['curves'])") == "Hidden is the curves."


@pytest.mark.parametrize(
    ("hide", "panel", "shown"),
    [(["why"], "why", "whatif"), (["whatif"], "whatif", "why"), (["save"], "why", "why"), ([], "save", "save")],
)
def test_a_panel_that_is_hidden_gives_way_to_the_first_that_is_not(compute, hide, panel, shown):
    there = {"timesteps": 4, "units": 2, "layers": 1, "outputs": 3, "quantities": ["forget_gate"], "right": [[0]] * 4}
    state = compute(
        "settled({ ...startState(), hide, panel }, there)", hide=hide, panel=panel, there={**there, "opening": 2}
    )
    assert (state["panel"], state["timestep"]) == (shown, 2)


def test_html_of_a_frame_keeps_what_people_wrote_inside_of_its_attribute(compute):
    frame = compute("frameOf('http://host/step?note=a\"><script>&hide=x')")
    assert '"><script>' not in frame
    assert "&amp;hide=x" in frame


@pytest.mark.parametrize(
    ("labels", "opened"),
    [
        (list("·alexandra"), 3),
        (list("·an"), 2),
        (["·"], 0),
        (list("0110"), 2),
        (["i", "f", "␣", "x", ":", "⏎", "␣", "y", "e", "s"], 8),  # inside of a word of some text
        (["0.1", "-0.2", "0.3", "0.4", "0.5"], 3),
        (list("((()))"), 3),
    ],
)
def test_a_sequence_is_opened_where_something_happens(compute, labels, opened):
    assert compute("openingOf(labels)", labels=labels) == opened


def test_files_are_called_after_what_they_show(compute):
    view = {"name": "José’s Ñandú / run", "task": "own text", "shown": 3000, "sequence": "日本"}
    assert compute("modelName(view)", view=view) == "jose-s-nandu-run-own-text-step-3000"
    assert compute("sequenceName(view)", view=view) == "jose-s-nandu-run-own-text-step-3000-sequence"
    assert compute("slug(text, 'x')", text="../../" + "a/" * 80 + "?") == "-".join("a" * 20)


def test_captions_are_broken_between_words(compute):
    words = "a caption of some words, and averyveryverylongword at the end"
    lines = compute("wrapped(words, 20)", words=words)
    assert " ".join(lines) == words
    assert max(map(len, lines)) <= 22
