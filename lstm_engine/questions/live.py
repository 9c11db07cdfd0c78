"""The two questions that are asked from the Step page itself, about whatever stands there."""

import numpy as np

from lstm_engine.cell.quantities import quantities_of
from lstm_engine.errors import SettingsError
from lstm_engine.questions.facts import Facts
from lstm_engine.questions.reading import Part, Question, Scene

LIVE = {"gate": "What will this gate do at the next symbol?", "symbol": "Which symbol comes next?"}
MOVED = 0.1  # a change that one sees
OTHERS = 4  # likely symbols to choose from
SPOILERS = {"gate": "heatmaps,curves,why", "symbol": "heatmaps,curves,prediction,why"}  # what shows the answer


def live_question(name: str, facts: Facts, scene: Scene) -> Question:
    """One of ``LIVE``, about a scene.

    Raises:
        SettingsError: there is none of that name, or nothing to ask there.
    """
    if name not in LIVE:
        raise SettingsError(f"there is no question “{name[:20]}”; choose one of {', '.join(LIVE)}")
    hidden = {*scene.parameters.get("hide", "").split(","), *SPOILERS[name].split(",")} - {""}
    there = Scene({**scene.parameters, "hide": ",".join(sorted(hidden))})
    return about_gate(facts, there) if name == "gate" else about_symbol(facts, there)


def about_gate(facts: Facts, scene: Scene) -> Question:
    """Whether a quantity rises, falls or stays."""
    known = {one.name: one for one in quantities_of(facts.model.architecture.variant) if not one.missing}
    wanted = scene.parameters.get("quantity", "")
    quantity = known.get(wanted) or next(iter(known.values()))
    T = len(facts.sequence.labels)
    if facts.timestep >= T:
        raise SettingsError(f"timestep {T} is the last one, so nothing comes next; step back by one")
    q, called = quantity.symbol, quantity.label.lower()
    up, down = ("It opens", "It closes") if quantity.is_gate else ("It rises", "It falls")
    went = f"It goes from {{{q}[t, u]:.2f}} to {{{q}[t + 1, u]:.2f}}."
    head = {
        "title": f"What will the {called} do?",
        "kind": "choice",
        "engine": f"{q}[t + 1, u] - {q}[t, u]",
    }
    text = (
        f"The model has read “{{t:read}}”, and unit {{u}} has the {called} {q} = {{{q}[t, u]:.2f}}. Next it "
        f"reads “{{t + 1:symbol}}”. What will {q} do?"
    )
    parts = (
        Part(f"{up}: by more than {MOVED}", f"answer > {MOVED}", ""),
        Part(f"It stays: within {MOVED}", f"answer <= {MOVED} and answer >= -{MOVED}", ""),
        Part(f"{down}: by more than {MOVED}", f"answer < -{MOVED}", ""),
    )
    return Question(head, text, parts, f"{went} It follows from the symbol and from all of h at timestep {{t}}.", scene)


def about_symbol(facts: Facts, scene: Scene) -> Question:
    """Which symbol the model thinks comes next, among its likeliest and what came."""
    labels = facts.task.vocabulary
    if not labels:
        raise SettingsError("this model says numbers, no symbols; ask what a gate will do instead")
    said = facts.value("p[t, :]")  # (O,)
    likeliest = [int(k) for k in np.argsort(-said)[:OTHERS]]
    came = facts.sequence.target_labels[facts.timestep - 1]
    choices = {*likeliest, *([labels.index(came)] if came in labels else [])}
    head = {"title": "Which symbol comes next?", "kind": "choice", "engine": "argmax(p[t, :])"}
    text = "The model has read “{t:read}”. Which symbol does it think is the likeliest to come next?"
    parts = tuple(
        Part(f"“{{{k}:label}}”", f"answer == {k}", f"The model gives it {{p[t, {k}]:.0%}}.")
        for k in sorted(choices, key=lambda k: labels[k])
    )
    why = f"What came is “{{{labels.index(came)}:label}}”." if came in labels else ""
    return Question(head, text, parts, why, scene)
