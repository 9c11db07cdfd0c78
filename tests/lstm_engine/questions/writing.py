"""Questions that tests write, and have the engine answer."""

from lstm_engine.questions import Facts, ask

SKELETON = """---
title: A question
kind: {kind}
scene: step?task=names&sequence=emma&timestep=2&unit=1
engine: {engine}
{more}---
What is it?

{parts}
"""


def written(kind="number", engine="f[t, u]", more="", parts=""):
    return SKELETON.format(kind=kind, engine=engine, more=more, parts=parts)


def two(first, second):
    return f"## one\nif: {first}\nBecause.\n\n## two\nif: {second}\nBecause."


def asked_of(question, model, task, interventions=()):
    sequence = task.encode(question.scene.parameters["sequence"])
    return ask(question, lambda t, u: Facts(model, task, sequence, t, u, 0, interventions), question.scene)
