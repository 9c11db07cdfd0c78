"""Terms of sweeps."""

from dashboard.shell.terms import Term

SWEEPS = (
    Term("sweep", "Many runs of one plan that differ in a few settings, so that one sees what each setting buys."),
    Term("new sweep", "Choose a ready-made sweep, or say yourself what is varied; it is counted before it begins."),
    Term("which sweep", "Ready-made ones answer a question of the field; one of your own varies what you name."),
    Term("plan", "A sweep as data: what is varied, how, with how many seeds. The same plan gives the same runs."),
    Term(
        "what is varied",
        "A line a setting: its values with commas between, or a range as in learning_rate = 0.001..0.1 log 5. Behind "
        "it may stand where variant = standard, gru.",
    ),
    Term("the same in all", "Settings that differ from the preset in every run, a line each."),
    Term("random choices", "Draw so many choices from lists and ranges instead of trying all together; 0 tries all."),
    Term(
        "give up from step",
        "Successive halving: from this step on, one of three choices goes on, and again at three times the step. "
        "0 trains all to their end.",
        "steps",
        "lstm_engine/runs/sweeps/halving.py",
        ("given up",),
    ),
    Term(
        "minutes at most", "After so many nothing new is begun and what trains is stopped; 0 for no bound.", "minutes"
    ),
    Term("begin", "Train it: a few runs at a time, so that those of others need not wait."),
    Term("go on", "Go on with a sweep that was paused, or whose time was used up."),
    Term("cancel", "End the sweep for good; what it has trained stays."),
    Term("step this run", "Step this run, in a tab of its own."),
    Term("save as csv", "The table as a file, a row a run."),
    Term(
        "task's own measure",
        "What the task's paper measured, as the share of strings that are right or the mean squared error at the end.",
        "as the task has it",
        "lstm_engine/tasks",
        ("share of strings that are right", "mean squared error"),
    ),
)
