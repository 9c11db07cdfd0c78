"""Keras' arrays in ``.weights.h5``, ``.h5`` and ``.keras``; needs the package ``h5py``."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from lstm_engine.checks import shown, why_no_json
from lstm_engine.errors import SettingsError, WeightsError
from lstm_engine.formats.arrays import Contents
from lstm_engine.formats.content import is_safetensors, opened_zip
from lstm_engine.formats.read_safetensors import read_safetensors

PROCESS = Path(__file__).with_name("hdf5_process.py")
SECONDS = 60  # a machine may be busy
MOST_CONFIG = 2**24  # bytes of a .keras file's description of its layers
RECURRENT = ("LSTM", "GRU", "SimpleRNN", "LSTMCell", "GRUCell", "SimpleRNNCell")


def read_hdf5(content: bytes, most_bytes: int) -> Contents:
    """The arrays of an HDF5 file, by their paths: ``layers/lstm/cell/vars/0``.

    Raises:
        WeightsError: it is damaged or too large, or its numbers stand elsewhere.
        SettingsError: the package ``h5py`` is not installed.
    """
    # -P: the script's folder holds modules that are called as the packages that it imports
    command = [sys.executable, "-P", str(PROCESS), str(most_bytes)]
    try:
        # one thread, since each more would reserve memory that the process may not have, and no filters from elsewhere
        one = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "HDF5_PLUGIN_PRELOAD": "::"}
        done = subprocess.run(command, input=content, capture_output=True, timeout=SECONDS, env=one)
    except subprocess.TimeoutExpired as error:
        raise WeightsError(f"it could not be read within {SECONDS} s; it is damaged or hostile") from error
    told = done.stderr.decode("utf-8", "replace").strip().splitlines()
    if done.returncode == 3:
        raise SettingsError(f"reading Keras' HDF5 files needs the package h5py: pip install h5py ({told[-1]})")
    if done.returncode == 2 and told:
        raise WeightsError(told[-1])
    if done.returncode or not is_safetensors(done.stdout):
        raise WeightsError("it is a damaged HDF5 file, which the HDF5 library could not read")
    return replace(read_safetensors(done.stdout), kind="hdf5")


def read_keras(content: bytes, most_bytes: int) -> Contents:
    """The arrays of a ``.keras`` file, and what its description of the layers says that arrays do not tell.

    Raises as ``read_hdf5``.
    """
    with opened_zip(content, most_bytes) as file:
        members = {member.filename: member for member in file.infolist()}
        weights = next(name for name in members if name.endswith(".weights.h5"))
        try:
            found = read_hdf5(file.read(weights), most_bytes)
            config = members.get("config.json")
            text = file.read(config) if config is not None and config.file_size <= MOST_CONFIG else b"{}"
        except (WeightsError, SettingsError):
            raise
        except Exception as error:  # zipfile and zlib raise many kinds for what is damaged
            raise WeightsError(f"it is a damaged or cut .keras file: {error}") from error
    try:
        described = list(recurrent_layers(json.loads(text)))
    except (ValueError, RecursionError) as error:
        raise WeightsError(f"its config.json is no JSON: {why_no_json(error)}") from error
    notes = {f"keras {number}": json.dumps(layer) for number, layer in enumerate(described)}
    return replace(found, kind="keras", metadata={**found.metadata, **notes}, doubts=found.doubts)


def recurrent_layers(config: object) -> Iterator[dict[str, Any]]:
    """What a model's description says of each of its recurrent layers: name, kind, activations and so on."""
    waiting = [config]
    while waiting:
        part = waiting.pop()
        if isinstance(part, list):
            waiting.extend(reversed(part))
        elif isinstance(part, dict):
            settings = part.get("config")
            if part.get("class_name") in RECURRENT and isinstance(settings, dict):
                kept = ("name", "activation", "recurrent_activation", "reset_after", "go_backwards")
                known = {name: settings.get(name) for name in kept}
                yield {"kind": part["class_name"], **{name: plain(value) for name, value in known.items()}}
            waiting.extend(reversed(part.values()))


def plain(value: object) -> object:
    """A short text, True, False or None, as a file says it."""
    return value if isinstance(value, bool) or value is None else value[:80] if isinstance(value, str) else shown(value)
