import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_engine import Intervention, LSTMModel, SettingsError, TaskInputError, tasks
from lstm_engine.tasks.names import ALPHABET, END, split_names


def test_names_are_many_sorted_and_unique():
    training, validation = split_names()
    names = sorted((*training, *validation))
    assert len(names) >= 1_200
    assert len(set(names)) == len(names)
    assert all(set(name) <= set(ALPHABET[1:]) and len(name) > 1 for name in names)
    assert not set(training) & set(validation)


def test_a_names_batch_reads_as_names_and_its_targets_are_one_ahead():
    task = tasks.get("names")
    batch = task.batch(np.random.default_rng(0), 8, 25)
    assert batch.inputs.shape == (25, 8, 28)
    shown = task.show(batch)
    known = set(split_names()[0])
    for column, text in enumerate(shown):
        assert text[0] == END
        assert set(text[1:].split(END)[:-1]) <= known
        assert "".join(ALPHABET[k] for k in batch.targets[:-1, column]) == text[1:]


@pytest.mark.parametrize("name", list(tasks.TASKS))
def test_the_same_generator_gives_the_same_batch(name):
    task = tasks.get(name)
    one, other = (task.batch(np.random.default_rng(4), 3, 9) for _ in range(2))
    np.testing.assert_array_equal(one.inputs, other.inputs)
    np.testing.assert_array_equal(one.targets, other.targets)


@pytest.mark.parametrize("length", [2, 25, 60])
def test_names_validation_holds_every_character_once(length):
    task = tasks.get("names")
    batch = task.validation_batch(length)
    assert batch.mask is not None
    assert batch.mask.sum() == sum(len(name) + 1 for name in split_names()[1])


def test_the_bigram_baseline_lies_between_a_uniform_guess_and_nothing():
    assert 2.0 < tasks.get("names").baseline().loss < np.log(28)


def test_a_users_name_becomes_a_sequence_that_ends():
    sequence = tasks.get("names").encode("  Maria ")
    assert sequence.labels == [END, "m", "a", "r", "i", "a"]
    assert sequence.target_labels == ["m", "a", "r", "i", "a", END]
    assert sequence.inputs.shape == (6, 1, 28)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("names", "", "The sequence is empty"),
        ("names", " · ", "holds no letter"),
        ("names", "maria1", "never seen “1”; its alphabet is a to z and the hyphen. The nearest .* is “maria”"),
        ("names", "Мария", r"“я” \(Cyrillic letters\); .* Write it in these letters"),
        ("names", "🎉", r"never seen “🎉” \(emoji or signs\)"),
        ("names", "a" * 10_000, "10,000 characters; at most 2,000"),
        ("signal", "  ", "The sequence is empty"),
        ("signal", "1", "Type at least two numbers"),
        ("signal", "1 2 drei", "“drei”, the 3rd entry, is not a number"),
        ("signal", "1 nan", "the 2nd entry, is out of range"),
        ("signal", "1e400 1", "the 1st entry, is out of range"),
        ("signal", "1 " * 5_000, "5,000 numbers; at most 2,001"),
    ],
)
def test_what_cannot_be_represented_is_said(name, text, message):
    with pytest.raises(TaskInputError, match=message):
        tasks.get(name).encode(text)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(list(tasks.TASKS)), st.text(max_size=60))
def test_any_text_is_a_sequence_or_a_clear_error(name, text):
    try:
        sequence = tasks.get(name).encode(text)
    except TaskInputError:
        return  # whatever else is raised fails the test
    assert len(sequence.labels) == len(sequence.inputs) == len(sequence.targets) > 0
    assert np.isfinite(sequence.inputs).all()


@pytest.mark.parametrize("name", list(tasks.TASKS))
def test_examples_can_be_encoded(name):
    task = tasks.get(name)
    for example in task.examples():
        assert len(task.encode(example).labels) > 1


def test_a_signals_targets_are_one_ahead():
    sequence = tasks.get("signal").encode("0.5, 1;-2\n3")
    assert sequence.inputs[:, 0, 0].tolist() == [0.5, 1, -2]
    assert sequence.targets[:, 0, 0].tolist() == [1, -2, 3]
    assert sequence.target_labels == ["1", "-2", "3"]


def test_the_signals_baseline_can_be_beaten_down_to_the_noise():
    assert tasks.get("signal").baseline().loss > 10 * 0.05**2


def test_sampled_names_are_marked_by_where_they_stand():
    task = tasks.get("names")
    samples = task.samples(LSTMModel(28, 16, 28), np.random.default_rng(0), 30)
    training, validation = map(set, split_names())
    assert len(samples) == 30
    for sample in samples:
        assert (sample.origin == "memorised") == (sample.text in training)
        assert (sample.origin == "held out") == (sample.text in validation)


def test_sizes_can_be_widened_but_not_narrowed():
    task = tasks.get("names", 100, 1000)
    assert task.batch(np.random.default_rng(0), 2, 5).inputs.shape == (5, 2, 100)
    with pytest.raises(SettingsError, match="input_size is 10, but this task needs at least 28"):
        tasks.get("names", 10)
    with pytest.raises(SettingsError, match="no task 'prices'"):
        tasks.get("prices")


TEXTS = {
    "own text": "hello world " * 50,
    "own words": "hello world " * 150,
    "own series": "\n".join(str(k % 7) for k in range(200)),
}


@pytest.mark.parametrize("name", tasks.KINDS)
def test_a_batch_that_cannot_be_made_is_refused_in_a_sentence(name):
    task = tasks.get(name, text=TEXTS.get(name))
    generator = np.random.default_rng(0)
    for length in (1, 2, 3):
        for make in (lambda T: task.batch(generator, 4, T), task.validation_batch):
            if length < task.least_length:
                with pytest.raises(
                    SettingsError, match=f"sequence_length of the task .* is {length}, expected a whole"
                ):
                    make(length)
            else:
                assert np.isfinite(make(length).inputs).all()
    for length in (0, -1, 1.5, None, "x"):
        with pytest.raises(SettingsError, match="sequence_length"):
            task.validation_batch(length)
        with pytest.raises(SettingsError, match="sequence_length"):
            task.batch(generator, 4, length)
        with pytest.raises(SettingsError, match="batch_size"):
            task.batch(generator, length, 10)


@pytest.mark.parametrize("name", [[], {}, set(), None, 5, b"names", ["names"]])
def test_what_is_no_name_of_a_task_is_refused(name):
    with pytest.raises(SettingsError, match="there is no task"):
        tasks.get(name)


@pytest.mark.parametrize("name", list(tasks.KINDS))
def test_every_task_says_what_it_is(name):
    task = tasks.get(name, text=TEXTS.get(name))
    about = task.about
    assert about.question.endswith("?")
    for sentence in (about.reads, about.guesser, about.solved):
        assert sentence.endswith(".")
        assert sentence[0].isupper()
    assert about.independent == (task.loss == "binary_cross_entropy")
    assert f"{task.baseline().loss:.3g}" in about.guesser
    sequence = task.encode(task.examples()[0])
    model = LSTMModel(task.input_size, 3, task.output_size)
    if about.continues:
        assert task.continued(model, sequence, 1, 3, 0.0, np.random.default_rng(0))
    else:
        with pytest.raises(TaskInputError, match="does not say what comes next"):
            task.continued(model, sequence, 1, 3, 0.0, np.random.default_rng(0))


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def likeliest_by_hand(weights, text, count):
    """A name's likeliest letters by PyTorch's equations of nn.LSTM, with all of the upper c held at 2 from t = 2."""
    hidden, cell = np.zeros((2, 7)), np.zeros((2, 7))
    codes = [ALPHABET.index(letter) for letter in END + text]
    last = len(codes) - 1
    for t in range(last + count):
        below = np.eye(28)[codes[t]]
        for k in range(2):
            z = weights[f"lstm.weight_ih_l{k}"] @ below + weights[f"lstm.bias_ih_l{k}"]
            i, f, g, o = np.split(z + weights[f"lstm.weight_hh_l{k}"] @ hidden[k] + weights[f"lstm.bias_hh_l{k}"], 4)
            cell[k] = sigmoid(f) * cell[k] + sigmoid(i) * np.tanh(g)
            if k == 1 and t >= 2:
                cell[k] = 2
            below = hidden[k] = sigmoid(o) * np.tanh(cell[k])
        if t >= last:
            scores = weights["readout.weight"] @ below + weights["readout.bias"]
            codes.append(int(scores[: len(ALPHABET)].argmax()))
    return "".join(ALPHABET[code] for code in codes[1:]).partition(END)[0]


def test_what_is_clamped_is_clamped_in_a_continuation_too():
    task, generator = tasks.get("names"), np.random.default_rng(2)
    model = LSTMModel(28, 7, 28, num_layers=2, dtype="float64")
    model.load_state_dict({name: generator.normal(size=old.shape) for name, old in model.state_dict().items()})
    clamp = Intervention.clamp("cell", 2, timesteps=range(2, 15), layer=1)
    read = task.encode("maria"), 3, 12, 0.0, generator
    said = task.continued(model, *read, interventions=[clamp])
    assert said == likeliest_by_hand(model.state_dict(), "ma", 12)
    assert said != task.continued(model, *read)
    with pytest.raises(SettingsError, match=r"no timestep 15 to change; expected 0\.\.14"):
        task.continued(model, *read, interventions=[Intervention.clamp("cell", 2, timesteps=range(16))])


def test_a_guesser_is_as_unsure_as_its_loss_says():
    assert "among 2 equally likely answers: 0.693 nats per bit" in tasks.get("parity").about.guesser
    assert "errs by 0.41 in the root mean square" in tasks.get("adding").about.guesser  # sqrt(1 / 6)
