"""Turning from page to page: one at a time, to where Back and Forward led in the end."""

# a tab whose pages are "train" and "step", each with a writer of its address; what Streamlit is asked for is kept
TAB = """async (Turning, play) => {
  const tab = { page: "step", asked: [], said: [], followed: [] };
  const writers = {};
  for (const page of ["train", "step"]) {
    const follow = () => tab.followed.push(page);
    writers[page] = { isLed: true, waits: false, giveUp: () => (writers[page].waits = false), follow };
  }
  const soon = () => new Promise((done) => setTimeout(done, 5));
  tab.turning = new Turning({
    here: () => ({ page: tab.page, address: tab.page }),
    writerOf: (page) => writers[page],
    tell: () => tab.asked.push(tab.page),
  });
  tab.lead = async (page) => { tab.page = page; tab.turning.turn(); await soon(); };
  tab.arrive = async (page) => { tab.turning.arrived(page); await soon(); };
  tab.say = (word) => tab.turning.whenTurned(() => tab.said.push(word));
  await play(tab, writers, soon);
  clearTimeout(tab.turning.patience);
  return { asked: tab.asked, said: tab.said, followed: tab.followed };
}"""


def play(module, steps: str):
    compute = module("browser/turning.js")
    return compute(f"({TAB})(Turning, async (tab, writers, soon) => {{ {steps} }})")


def test_the_next_page_is_asked_for_when_the_former_has_arrived(module):
    done = play(
        module,
        """await tab.arrive("step"); await tab.lead("train"); await tab.lead("inspect"); await tab.lead("compare");
        await tab.arrive("step"); await tab.arrive("train"); await tab.arrive("compare");
        await tab.lead("train"); await tab.arrive("train"); await tab.lead("train");""",
    )
    # what lay between is passed over, and the word of a page that was left is not taken for the awaited one's
    assert done["asked"] == ["train", "compare", "train"]
    assert done["followed"] == ["train"]  # by itself, since it is the one that is shown


def test_views_are_heard_when_their_page_is_the_one_shown(module):
    done = play(
        module,
        """tab.say("before"); await tab.arrive("step"); tab.say("shown");
        await tab.lead("train"); tab.say("leaving"); const then = [...tab.said]; await tab.arrive("train");
        tab.said.unshift(then.join(" "));""",
    )
    assert done["said"] == ["before shown", "before", "shown", "leaving"]


def test_back_waits_while_the_page_follows_another_address_of_its_own(module):
    done = play(
        module,
        """await tab.arrive("step"); writers.step.waits = true; await tab.lead("train");
        const early = tab.asked.length; writers.step.waits = false; tab.turning.rest(); await soon();
        tab.asked.unshift(early);""",
    )
    assert done["asked"] == [0, "train"]


def test_a_page_that_came_uncalled_gives_way_once(module):
    done = play(
        module,
        """await tab.arrive("step"); await tab.arrive("train");
        await tab.arrive("step"); await tab.arrive("train"); await tab.arrive("step");
        tab.page = "nowhere"; await tab.arrive("step"); await tab.arrive("nowhere"); await tab.arrive("step");
        await tab.arrive("step");""",
    )
    # the address names “step” and then what is no page: asked for once, and not for ever
    assert done["asked"] == ["step", "step", "nowhere", "nowhere"]


def test_an_answer_that_was_lost_is_not_waited_for_for_ever(module):
    done = play(
        module,
        """const real = globalThis.setTimeout; globalThis.setTimeout = (call, time) => real(call, (time ?? 0) / 500);
        await tab.lead("train"); await tab.lead("inspect"); await new Promise((go) => real(go, 60));
        globalThis.setTimeout = real;""",
    )
    assert done["asked"] == ["inspect"]
