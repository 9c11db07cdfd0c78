"""``sweep``: many runs from one plan, trained here unless an app that has the same store open does it."""

import argparse
import signal
import sys
import threading
import time
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path
from typing import Any

from lstm_engine.checks import SHOWN
from lstm_engine.errors import SettingsError
from lstm_engine.runs.commands.exits import (
    DONE,
    FAILED,
    INTERRUPTED,
    RESTS,
    TERMINATED,
    print_json,
    shown,
    table,
)
from lstm_engine.runs.commands.given import read_settings
from lstm_engine.runs.presets import PRESET_NAMES
from lstm_engine.runs.store import RunStore
from lstm_engine.runs.sweeps import Axis, Halving, Plan, Sweep, SweepState, read_axis
from lstm_engine.runs.sweeps.needs import check_room
from lstm_engine.runs.sweeps.plan import GRID, LONGEST_PLAN, RANDOM
from lstm_engine.runs.sweeps.ready_made import READY_MADE
from lstm_engine.runs.sweeps.results import FINISHED, higher_is_better, outcomes_of, results_of, row_of, score_name
from lstm_engine.runs.sweeps.space import written
from lstm_engine.runs.sweeps.sweep import progress_of
from lstm_engine.runs.terminal import Bar, complain, printable
from lstm_engine.runs.training.executors import executor_for
from lstm_engine.runs.training.launcher import Launcher
from lstm_engine.tasks import KINDS, TASKS

LOOK_EVERY = 0.5  # seconds
OTHERS_BEGIN = 1.5  # seconds in which an app that has the store open has begun a sweep's first run
MOST_SHOWN = 20  # choices in the table of the terminal


def add_sweep(commands: Any, common: argparse.ArgumentParser, text: Any, number: Any) -> None:
    """The command and its options."""
    parser = commands.add_parser("sweep", parents=[common], help="train many runs that differ in some settings")
    parser.add_argument("task", nargs="?", choices=[*KINDS], metavar="TASK", help=", ".join(TASKS))
    parser.add_argument(
        "--over",
        action="append",
        type=text,
        default=[],
        metavar="NAME=VALUES",
        help="what is varied: hidden_size=16,32 or learning_rate=0.0001..0.1 log 7 (seven values from, to), with "
        "“where variant = standard, gru” behind it where it matters there alone",
    )
    parser.add_argument("--preset", choices=PRESET_NAMES, help="settings to begin with (published)")
    parser.add_argument("--set", action="append", type=text, default=[], metavar="NAME=VALUE", help="the same in all")
    parser.add_argument("--seeds", type=number, help="runs of each choice (1)")
    parser.add_argument("--random", type=number, metavar="CHOICES", help="draw so many instead of trying all")
    parser.add_argument("--draw", type=number, help="which random choices: the same number, the same ones (0)")
    parser.add_argument(
        "--halving", type=text, metavar="STEPS[:KEEP]", help="go on with one of KEEP (3) after STEPS, KEEP * STEPS, …"
    )
    parser.add_argument("--minutes", type=float, help="begin nothing after so many, and stop what trains")
    parser.add_argument("--ready", choices=[*READY_MADE], help="a ready-made sweep instead of a task")
    parser.add_argument("--plan", type=text, metavar="JSON", help="a plan as the app's page shows it, or a file of it")
    parser.add_argument("--resume", type=number, metavar="SWEEP", help="go on with one that was paused or left")
    parser.add_argument("--name", type=text, default="", help="of the sweep")
    parser.add_argument(
        "--jobs",
        type=number,
        help="runs that train at a time (as many as there are cores, or threads of a cluster’s workers)",
    )
    parser.add_argument("--dry-run", action="store_true", help="say what would be trained, and train nothing")
    parser.set_defaults(command=sweep_command)


def sweep_command(store: RunStore, options: argparse.Namespace) -> int:
    if options.jobs is not None and options.jobs < 1:
        raise SettingsError(f"--jobs is {options.jobs}, expected at least 1")
    if options.resume is not None:
        sweep = store.get_sweep(options.resume)
        executor = executor_for(store)
        if sweep.state.can_resume:
            sweep = store.resume_sweep(sweep.id)
    else:
        plan = plan_of(options)
        if options.dry_run:
            return say_plan(plan, options.json)
        check_room(plan, store.store_bytes)
        executor = executor_for(store)  # refuses what cannot train before there is a sweep
        sweep = store.create_sweep(plan, options.name)
    try:
        return carry_out(store, sweep, options, executor)
    finally:
        executor.shutdown(wait=False)


def plan_of(options: argparse.Namespace) -> Plan:
    """What the options ask for.

    Raises:
        SettingsError: they contradict each other, or cannot be trained.
    """
    ways = [options.task, options.ready, options.plan]
    if sum(way is not None for way in ways) != 1:
        raise SettingsError("name one of a task with --over, --ready, --plan and --resume")
    if options.plan is not None:
        plan = Plan.from_json(plan_text(options.plan))
    elif options.ready is not None:
        plan = READY_MADE[options.ready].plan
    else:
        return Plan(
            options.task,
            tuple(axis_from(said) for said in options.over),
            **({} if options.preset is None else {"preset": options.preset}),
            fixed=read_settings(options.set),
            method=GRID if options.random is None else RANDOM,
            choices=options.random,
            draw=options.draw or 0,
            seeds=1 if options.seeds is None else options.seeds,
            halving=None if options.halving is None else halving_from(options.halving),
            minutes=options.minutes,
        )
    if options.over or options.preset or options.random is not None or options.draw is not None:
        raise SettingsError("a plan says itself what is varied; leave out --over, --preset, --random and --draw")
    changed: dict[str, Any] = {}
    if options.set:
        changed["fixed"] = {**plan.fixed, **read_settings(options.set)}
    if options.seeds is not None:
        changed["seeds"] = options.seeds
    if options.halving is not None:
        changed["halving"] = halving_from(options.halving)
    if options.minutes is not None:
        changed["minutes"] = options.minutes
    return replace(plan, **changed) if changed else plan


def plan_text(said: str) -> str:
    """A plan's JSON: what was written, or what stands in the file of that name."""
    if said.lstrip().startswith("{"):
        return said
    try:
        with Path(said).open(encoding="utf-8") as file:
            return file.read(LONGEST_PLAN + 1)
    except (OSError, ValueError) as error:
        raise SettingsError(f"The plan {said[:SHOWN]} cannot be read: {error}") from error


def axis_from(said: str) -> Axis:
    """``NAME=VALUES`` as an axis."""
    name, given, values = said.partition("=")
    if not given:
        raise SettingsError(f"“{said[:SHOWN]}” varies nothing; write NAME=VALUES, such as hidden_size=16,32")
    return read_axis(name, values)


def halving_from(said: str) -> Halving:
    """``STEPS[:KEEP]``."""
    steps, _, keep = said.partition(":")
    try:
        return Halving(int(steps), int(keep or 3))
    except ValueError:
        raise SettingsError(f"halving is “{said[:SHOWN]}”, expected STEPS or STEPS:KEEP, such as 100:3") from None


def say_plan(plan: Plan, as_json: bool) -> int:
    """What a plan would train."""
    if as_json:
        runs = [{**dict(trial.values), "seed": trial.settings.seed} for trial in plan.trials]
        print_json({"plan": plan.to_data(), "runs": runs})
        return DONE
    for axis in plan.axes:
        print(printable(f"{axis.name} = {axis.in_words()}"))
    print(f"{len(plan.trials):,} runs: {len(plan.trials) // plan.seeds:,} choices, {plan.seeds} seeds of each")
    return DONE


def carry_out(store: RunStore, sweep: Sweep, options: argparse.Namespace, executor: Executor) -> int:
    """Train the sweep here, unless somebody else does, and show how far it is until it rests."""
    leave, told = threading.Event(), [INTERRUPTED]

    def stop(signal_number: int, _frame: object) -> None:
        told[0] = TERMINATED if signal_number == signal.SIGTERM else INTERRUPTED
        leave.set()

    former = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    bar = Bar(sys.stderr if options.json else sys.stdout)
    bar.say(f"sweep {sweep.id}: {printable(sweep.name)}, {sweep.size:,} runs")
    launcher: Launcher | None = None
    begun, quiet_since = time.monotonic(), time.monotonic()
    try:
        while True:
            sweep = store.get_sweep(sweep.id)
            show(bar, store, sweep)
            if sweep.state is not SweepState.RUNNING or leave.wait(LOOK_EVERY):
                break
            if launcher is None:
                under_way = any(run.open and run.held for run in store.sweep_runs(sweep.id, measured=False))
                quiet_since = time.monotonic() if under_way else quiet_since
                if time.monotonic() - max(begun, quiet_since) > OTHERS_BEGIN:  # nobody else trains it
                    launcher = Launcher(store, executor, capacity=options.jobs, sweep=sweep.id)
                    launcher.start()
    finally:
        if launcher is not None:
            if leave.is_set() and store.get_sweep(sweep.id).state is SweepState.RUNNING:
                store.pause_sweep(sweep.id)
            launcher.close()
        for number, handler in former.items():
            signal.signal(number, handler)
    sweep = store.get_sweep(sweep.id)
    show(bar, store, sweep)
    bar.end()
    if leave.is_set() and sweep.state is SweepState.RUNNING:
        bar.say("the app goes on with it")
        return told[0]
    say_results(store, sweep, options.json)
    if sweep.error:
        complain(sweep.error)
    if sweep.state.can_resume:
        bar.say(f"{sweep.state.value}; go on with: python -m lstm_engine sweep --resume {sweep.id}")
    if leave.is_set():
        return told[0]
    if sweep.state is not SweepState.DONE:
        return RESTS
    plan = sweep.plan
    states = [] if plan is None else [result.state for result in results_of(plan, store.sweep_runs(sweep.id))]
    return DONE if FINISHED in states else FAILED


def show(bar: Bar, store: RunStore, sweep: Sweep) -> None:
    """How far it is."""
    plan = sweep.plan
    if plan is None:
        return
    far = progress_of(sweep, plan, store.sweep_runs(sweep.id, measured=False))
    facts = f"{far.finished + far.dropped + far.failed:,}/{far.runs:,} runs"
    facts += f", {far.dropped:,} given up" if far.dropped else ""
    facts += f", {far.failed:,} failed" if far.failed else ""
    bar.show(far.share, facts, far.seconds_left if sweep.state is SweepState.RUNNING else None)


def say_results(store: RunStore, sweep: Sweep, as_json: bool) -> None:
    """The choices, the best first; for scripts every run."""
    plan = sweep.plan
    if plan is None:
        raise SettingsError(sweep.problem)
    names = [axis.name for axis in plan.axes]
    results = results_of(plan, store.sweep_runs(sweep.id))
    if as_json:
        said = {"sweep": sweep.id, "name": sweep.name, "state": sweep.state.value, "error": sweep.error}
        choices = [
            {
                "values": dict(outcome.values),
                "task": outcome.task,
                "score": score_name(outcome.task),
                "higher_is_better": higher_is_better(outcome.task),
                "seeds": outcome.measured,
                "median": outcome.middle,
                "worst": outcome.worst,
                "best": outcome.best,
                "median_best_validation_loss": outcome.loss,
                "runs": [row_of(result, names) for result in outcome.results],
            }
            for outcome in outcomes_of(results)
        ]
        print_json({**said, "seconds": sweep.spent, "plan": plan.to_data(), "choices": choices})
        return
    outcomes = outcomes_of(results)
    scores = list(dict.fromkeys(score_name(outcome.task) for outcome in outcomes))
    head = [*names, "seeds", "median", "worst", "best", "of"]
    rows = [
        [
            *(written(outcome.values[name]) if name in outcome.values else "–" for name in names),
            str(outcome.measured),
            *(shown(value) for value in (outcome.middle, outcome.worst, outcome.best)),
            score_name(outcome.task),
        ]
        for outcome in outcomes[:MOST_SHOWN]
    ]
    rows = rows if len(scores) > 1 else [row[:-1] for row in rows]
    print(f"\n{'; '.join(scores)}:" if len(scores) == 1 else "")
    print(printable_lines(table([head if len(scores) > 1 else head[:-1], *rows])))
    if len(outcomes) > MOST_SHOWN:
        print(f"… and {len(outcomes) - MOST_SHOWN:,} more; --json has all, with the number of every run")
    best = next((one.run for one in outcomes[0].results if one.run is not None), None)
    if best is not None:
        print(f"one of the best: run {best.run_id}")


def printable_lines(text: str) -> str:
    """Lines, each of which moves no cursor."""
    return "\n".join(printable(line) for line in text.splitlines())
