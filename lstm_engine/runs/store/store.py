"""The run store: what the app and the training processes share, in one SQL database."""

from lstm_engine.runs.store.changes import Changes
from lstm_engine.runs.store.copying import Copying
from lstm_engine.runs.store.counts import Counts
from lstm_engine.runs.store.experiments import Experiments
from lstm_engine.runs.store.forks import Forks
from lstm_engine.runs.store.leases import Leases
from lstm_engine.runs.store.metrics import Metrics
from lstm_engine.runs.store.notes import RunNotes
from lstm_engine.runs.store.owners import Owners
from lstm_engine.runs.store.rooms import Rooms
from lstm_engine.runs.store.seats import Seats
from lstm_engine.runs.store.shown import Shown
from lstm_engine.runs.store.sign_ins import SignIns
from lstm_engine.runs.store.sweeps import Sweeps
from lstm_engine.runs.store.tallies import Tallies
from lstm_engine.runs.store.unit_notes import UnitNotes
from lstm_engine.runs.store.votes import Votes


class RunStore(
    Experiments,
    Shown,
    Sweeps,
    Forks,
    Metrics,
    Changes,
    RunNotes,
    UnitNotes,
    Leases,
    Owners,
    SignIns,
    Rooms,
    Seats,
    Counts,
    Copying,
    Tallies,
    Votes,
):
    """Runs, their metrics and their checkpoints; SQLite in a file, or PostgreSQL by its URL.

    Its methods stand by topic:

    ===============  ====================================================================================
    ``runs``         create, create_first_run, find, find_or_create, list_runs, get, gone, start, pause, advance,
                     stop, set_target, set_pace, rename, delete, undelete
    ``forks``        fork
    ``metrics``      history, curves, validations
    ``checkpoints``  checkpoint, checkpoint_steps, newest_checkpoint, newest_checkpoint_step,
                     resting_checkpoint_step, hold_checkpoint
    ``changes``      change, changes, take_changes
    ``notes``        notes, annotate
    ``unit_notes``   unit_notes, note_unit
    ``owners``       owner_of, number_owned, crowd, delete_old
    ``sign_ins``     server_key, sign_in, is_signed_in, sign_out
    ``rooms``        open_room, room, room_of_key, room_by_id, move_room, touch_room, set_leader, set_room_settings,
                     close_room, rooms_of, number_of_rooms, clear_rooms
    ``seats``        take_seat, seat, seats, note_seats, remove_seat, removed_tokens
    ``votes``        open_vote, vote, votes, ask_again, close_vote, reveal_vote, end_vote, give_answer, answers,
                     forget_nicknames, add_question, own_questions, own_question, remove_question
    ``experiments``  begin_experiment, experiment, experiments, freeze_experiment, thaw_experiment, clear_experiment,
                     end_experiment, rest_experiments, begin_variation, variations, parts_of_curves, remove_variation
    ``shown``        show_run, hide_run, shown_runs, runs_shown_to, is_shown
    ``sweeps``       create_sweep, list_sweeps, get_sweep, sweep_runs, swept, pause_sweep, resume_sweep, end_sweep,
                     delete_sweep; what their conductor asks
    ``leases``       waiting, is_others_turn, queue_anew, acquire, record, keep_checkpoint, fail, release, probe
    ``space``        purge
    ``counts``       count, full
    ``copying``      copy_to, holds_anything, take_over
    ``tallies``      tally
    ``database``     close, check, read_only, public_url
    ===============  ====================================================================================

    Args:
        url: an SQLAlchemy URL, such as ``sqlite:///runs.sqlite3`` or ``postgresql://user@host/runs``.

    Raises:
        StoreError: the database cannot be opened, is damaged, or is of a newer version.
        SettingsError: a bound in the environment is no number of bytes.
    """
