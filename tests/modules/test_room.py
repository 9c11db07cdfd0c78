"""Who leads and who follows in a room, and how a leader's moves go out, without a page of the app."""

import pytest

STATE = """({ role: "student", seat: 7, room: { leader: null, may_leave: true, closed: [] }, place: "step?timestep=3",
  follows: true, touched: true, seats: [], shown: "K7M-4QX", said: "" })"""
LED, LENT = "{ leader: null, may_leave: true }", "{ leader: { seat: 7, nickname: 'Anna' }, may_leave: true }"


@pytest.fixture
def following(module):
    return module("views/classroom/browser/following.js")


@pytest.mark.parametrize(
    ("change", "leads", "led"),
    [
        ("{}", False, True),
        ("{ follows: false }", False, False),
        (f"{{ room: {LENT} }}", True, False),
        (f"{{ room: {LENT}, seat: 8 }}", False, True),
        ("{ role: 'teacher', seat: null }", True, False),
        (f"{{ role: 'teacher', seat: null, room: {LENT} }}", False, True),
        ("{ role: 'teacher', seat: null, room: null }", False, True),  # who leads is not known yet
        ("{ role: null, seat: null }", False, False),
    ],
)
def test_one_leads_and_all_others_are_led_unless_they_look_around_alone(following, change, leads, led):
    assert following(f"(() => {{ const s = {{ ...{STATE}, ...{change} }}; return [leads(s), isLed(s)]; }})()") == [
        leads,
        led,
    ]


@pytest.mark.parametrize(
    ("change", "place", "outcome"),
    [
        ("{}", "step?timestep=4", "leave"),
        ("{}", "step?timestep=3", None),  # where the room is
        ("{ touched: false }", "step?timestep=4", None),  # the view's own doing, after it was led
        ("{ follows: false }", "step?timestep=4", None),
        ("{ room: { leader: null, may_leave: false } }", "step?timestep=4", "stay"),
        (f"{{ room: {LENT} }}", "step?timestep=4", "lead"),
        (f"{{ room: {LENT} }}", "classroom?room=K7M4QX", None),  # nobody is led to the page of rooms
        ("{ follows: false, room: { leader: null, may_leave: false } }", "step?timestep=4", "stay"),
        ("{ room: { leader: null, may_leave: false } }", "classroom", "leave"),  # where one leaves the room itself
        ("{ follows: false }", "classroom", None),
        ("{ role: 'teacher', seat: null }", "train?run=1", "lead"),
        ("{ role: 'teacher', seat: null, touched: false }", "train?run=1", None),
        ("{ role: null }", "train?run=1", None),
    ],
)
def test_what_a_person_does_leads_leaves_or_is_taken_back(following, change, place, outcome):
    assert following(f"onOwnMove({{ ...{STATE}, ...{change} }}, place)", place=place) == outcome


@pytest.mark.parametrize(
    ("change", "by", "first", "here", "outcome"),
    [
        ("{}", "other", False, "step", "go"),
        ("{}", "other", True, "", "go"),  # who joins late, or reloads
        ("{}", "mine", False, "step", None),
        ("{ follows: false }", "other", False, "step", None),
        ("{ role: 'teacher', seat: null }", "other", False, "step", "go"),  # the same teacher's other tab
        ("{ role: 'teacher', seat: null }", "other", True, "step", None),
        ("{ role: 'teacher', seat: null }", "other", False, "classroom", None),  # the list of students stays open
        (f"{{ role: 'teacher', seat: null, room: {LENT} }}", "other", True, "step", "go"),
    ],
)
def test_a_tab_goes_where_its_room_goes_unless_it_led_there(following, change, by, first, here, outcome):
    said = f"{{ version: 2, by: '{by}' }}"
    move = f"onRoomMove({{ ...{STATE}, ...{change} }}, {said}, 'mine', first, here)"
    assert following(move, first=first, here=here) == outcome
    assert following(move.replace("version: 2", "version: 0"), first=first, here=here) is None  # nobody has led yet


def test_what_students_may_not_change_is_left_out_and_put_back(following):
    closed = "withClosed(place, closed, former)"

    def place(place: str, closed_now: list[str], former: list[str] = []) -> str:  # noqa: B006
        return following(closed, place=place, closed=closed_now, former=former)

    assert place("step?run=1&hide=why", ["run", "whatif"]) == "step?run=1&hide=why%2Crun%2Cwhatif"
    assert place("step?run=1&hide=why%2Crun%2Cwhatif", ["run"], ["run", "whatif"]) == "step?run=1&hide=why%2Crun"
    assert place("step?run=1&hide=run", [], ["run"]) == "step?run=1"
    assert place("train?run=1", ["run"]) == "train?run=1"


def test_places_and_crowds_in_words(module):
    compute = module("views/classroom/browser/following.js", "views/classroom/browser/words.js")
    assert compute("[inWords('step?run=3&timestep=5&unit=<b>'), inWords(''), inWords('model'), inWords('train')]") == [
        "Step, run 3, timestep 5",
        "Start",
        "Your model",
        "Train",
    ]
    seats = "[{ here: true, follows: true }, { here: true, follows: false }, { here: false, follows: true }]"
    assert compute(f"[crowd({seats}), crowd([]), crowd({seats}.slice(2))]") == [
        "1 follows, 1 on their own",
        "nobody has joined yet",
        "nobody is here just now",
    ]


@pytest.mark.parametrize(
    ("change", "mood", "words", "buttons"),
    [
        ("{}", "led", "You follow your teacher. ", ["leave"]),
        ("{ room: { leader: { seat: 9, nickname: 'Ben' }, may_leave: false } }", "led", "You follow Ben. ", []),
        ("{ follows: false }", "alone", "You are on your own. Only you see what you do.", ["follow"]),
        ("{ place: null }", "waiting", "You are in. Your teacher has not begun yet.", []),
        (f"{{ room: {LENT} }}", "leading", "You lead. The class sees what you do.", []),
        ("{ isAway: true }", "away", "Not connected. What you see stays; it goes on by itself.", []),
        ("{ role: 'teacher' }", "leading", "You lead. Nobody has joined yet.", ["ask", "show"]),
        (
            f"{{ role: 'teacher', room: {LENT} }}",
            "led",
            "Anna leads. Nobody has joined yet.",
            ["takeLead", "ask", "show"],
        ),
        (
            "{ role: 'teacher', room: { leader: null, closes_at: 1300 } }",
            "leading",
            "Closes in 5 min, since nobody uses it. Nobody has joined yet.",
            ["keep", "ask", "show"],
        ),
        ("{ said: 'Your teacher leads again.' }", "led", "Your teacher leads again. ", ["leave"]),
    ],
)
def test_the_bar_says_where_one_stands_and_offers_the_way_back(module, change, mood, words, buttons):
    compute = module("views/classroom/browser/words.js")
    bar = compute(f"barOf({{ ...{STATE}, ...{change} }}, 1000)")
    assert (bar["mood"], f"{bar['text']} {bar['more']}", bar["buttons"]) == (mood, words, buttons)


SENDING = """async (Sending, play) => {
  const sent = [], waiting = [];
  const send = (place) => new Promise((done, fail) => { sent.push(place); waiting.push({ done, fail }); });
  const sending = new Sending(send, (error) => error.kind === "away", 0);
  const soon = () => new Promise((done) => setTimeout(done));
  const answer = async (error) => {
    const { done, fail } = waiting.shift();
    error ? fail(error) : done();
    await soon();
    await soon();
  };
  sending.sent = "step?timestep=0";
  await play(sending, answer, sent);
  sending.stop();
  return sent;
}"""


def test_one_move_is_under_way_at_a_time_and_of_several_that_wait_the_newest_goes(module):
    compute = module("views/classroom/browser/sending.js")
    steps = """for (const t of [1, 2, 3]) sending.lead(`step?timestep=${t}`); await answer(); await answer();"""
    play = f"({SENDING})(Sending, async (sending, answer, sent) => {{ {steps} }})"
    assert compute(play) == ["step?timestep=1", "step?timestep=3"]
    lost = """sending.lead("step?timestep=1"); await answer({ kind: "away" }); sending.rested(); await answer();
        sending.lead("step?timestep=2"); await answer({ kind: "forbidden" });"""
    play = f"({SENDING})(Sending, async (sending, answer, sent) => {{ {lost} }})"
    assert compute(play) == ["step?timestep=1", "step?timestep=1", "step?timestep=2"]


def test_a_place_is_an_address_without_what_is_one_screens_own_affair(module):
    compute = module("browser/places.js")
    here = "http://modules.test/step?embed=true&present=1&run=1"
    assert compute("placeOf(here)", here=here) == "step?run=1"
    assert compute("hrefOf('train?run=2', here)", here=here).startswith("http://modules.test/train?run=2&")
    assert "present=1" in compute("hrefOf('train?run=2', here)", here=here)


@pytest.mark.parametrize(
    ("change", "may"),
    [
        ("{}", True),
        ("{ role: 'teacher', seat: null }", True),
        ("{ room: { leader: null, may_leave: false, closed: [] } }", False),
        ("{ room: { leader: null, may_leave: true, closed: ['run'] } }", False),
        ("{ room: { leader: null, may_leave: true, closed: ['pages'] } }", False),
        ("{ room: { leader: null, may_leave: true, closed: ['save'] } }", True),
        ("{ room: { leader: { seat: 7 }, may_leave: false, closed: ['run'] } }", True),
    ],
)
def test_a_curves_run_is_offered_to_whoever_may_open_another_run(following, change, may):
    assert following(f"mayOpen({{ ...{STATE}, ...{change} }})") is may
