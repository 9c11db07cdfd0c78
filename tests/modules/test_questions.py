"""The questions' modules by themselves: what they say, how curves are sketched, and how answers are sent."""

import pytest

ROOM = "views/classroom/browser/questions"


@pytest.fixture
def words(module):
    return module(f"{ROOM}/words.js")


def test_a_text_becomes_pieces_and_never_html(words):
    pieces = words("paragraphsOf(text)", text="One **two** `c[t]`.\n\n<img src=x onerror=alert(1)>")
    assert [[piece["kind"] for piece in paragraph] for paragraph in pieces] == [
        ["plain", "strong", "plain", "code", "plain"],
        ["plain"],
    ]
    assert pieces[1][0]["text"] == "<img src=x onerror=alert(1)>"


def test_a_sketch_is_a_straight_line_between_two_places_of_the_pen(words):
    flat = [0, 0, 0, 0, 0]

    def sketched(start, end):
        return words("sketched(flat, start, end)", flat=flat, start=start, end=end)

    assert sketched({"t": 1, "value": 0}, {"t": 3, "value": 1}) == [0, 0, 0.5, 1, 0]
    assert sketched({"t": 3, "value": 1}, {"t": 1, "value": 0}) == [0, 0, 0.5, 1, 0]
    assert sketched({"t": 2, "value": 9}, {"t": 2, "value": 1}) == [0, 0, 1, 0, 0]
    points = words("pointsOf([0, 1, 2], {low: 0, high: 2, width: 100, height: 50})")
    assert points == [[0, 50], [50, 25], [100, 0]]


def test_rows_hold_every_answer_once(words):
    engine = {
        "answer": 2.0,
        "options": ["mixed up"],
        "mistakes": [7],
        "reasons": ["why"],
        "within": 0.1,
        "also_right": [],
    }
    turns = [{"count": 10, "right": 4, "made": [5]}, {"count": 8, "right": 8, "made": [0]}]
    rows = words("rowsOf(question, engine, turns)", question={"kind": "number"}, engine=engine, turns=turns)
    assert [row["counts"] for row in rows] == [[4, 8], [5, 0], [1, 0]]
    assert [row["isRight"] for row in rows] == [True, False, False]
    units = {"answer": 3, "options": ["o"], "mistakes": [5], "reasons": ["why"], "also_right": [4]}
    pointed = [{"unit": unit, "count": count} for unit, count in ((9, 4), (5, 3), (3, 2), (4, 1), (8, 1))]
    turns = [{"count": 11, "right": 3, "made": [3], "units": pointed}]
    rows = words("rowsOf(question, units, turns)", question={"kind": "unit"}, units=units, turns=turns)
    assert [(row["text"], *row["counts"]) for row in rows[2:]] == [("unit 9", 4), ("unit 8", 1)]
    assert sum(row["counts"][0] for row in rows) == 11
    right = words("[2.05, 2.2].map((n) => isRight({kind: 'number'}, engine, n))", engine=engine)
    assert right == [True, False]


def test_what_was_hidden_is_shown_with_the_answer_and_nothing_else_is(words):
    shown = words("shownScene(place)", place="step?run=3&hide=why%2Cheatmaps%2Csave&unit=2")
    assert shown == "step?run=3&hide=save&unit=2"
    assert words("shownScene('step?run=3&hide=curves')") == "step?run=3"


def test_an_answer_is_sent_until_it_is_counted_and_only_the_newest(module):
    """The server is away twice, then back; meanwhile the student thinks better of it, and reloads the page."""
    sending = module(f"{ROOM}/sending.js")
    found = sending(
        """
        (async () => {
          const kept = new Map();
          const store = { getItem: (name) => kept.get(name) ?? null, setItem: (name, value) => kept.set(name, value) };
          const sent = [], told = [];
          let troubles = [{ kind: "away" }, { kind: "busy" }];
          const post = async (message) => {
            sent.push(message);
            const trouble = troubles.shift();
            if (trouble) throw trouble;
          };
          const realTimeout = window.setTimeout;
          window.setTimeout = (work) => realTimeout(work, 0);
          try {
            const one = new AnswerSending(post, (how) => told.push(how), store);
            one.give(5, 1, 0);
            one.give(5, 1, 2);
            while (told.at(-1) !== "counted") await new Promise((done) => realTimeout(done, 1));
            troubles = [{ kind: "away" }];
            one.give(5, 1, 3);
            await new Promise((done) => realTimeout(done, 0));
            one.stop(); // the page goes
            const again = new AnswerSending(post, (how) => told.push(how), store);
            const recalled = again.recall(5, 1);
            while (told.at(-1) !== "counted") await new Promise((done) => realTimeout(done, 1));
            const others = [again.recall(5, 2), again.recall(6, 1)];
            troubles = [{ kind: "missing", message: "over" }];
            again.give(6, 1, 1);
            while (told.at(-1) !== "refused") await new Promise((done) => realTimeout(done, 1));
            const { length } = sent;
            await new Promise((done) => realTimeout(done, 5));
            return { answers: sent.map(({ answer }) => answer), said: sent.map(({ said }) => said), recalled, others,
                     isStill: sent.length === length };
          } finally {
            window.setTimeout = realTimeout;
          }
        })()
        """
    )
    assert found["answers"][0] == 0
    assert 2 in found["answers"]
    assert 0 not in found["answers"][1:]  # what was overtaken is sent no more
    assert found["answers"][-1] == 1
    assert found["said"] == sorted(found["said"])
    assert found["recalled"] == 3
    assert found["others"] == [None, None]
    assert found["isStill"]  # one that is over is not sent again
