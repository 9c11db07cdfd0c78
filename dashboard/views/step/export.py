"""Traces as files, written piece by piece: a table of millions of rows never stands in memory as a whole."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields
from typing import IO, Any

import numpy as np
import pyarrow
import pyarrow.csv
import pyarrow.parquet

from lstm_engine import Trace

FILE_KINDS = ("csv", "parquet", "npz")
BATCH_ROWS = 65_536
WORDS = pyarrow.dictionary(pyarrow.int32(), pyarrow.string())  # a word that millions of rows repeat is stored once
SCHEMA = pyarrow.schema(
    {
        "layer": pyarrow.int64(),
        "quantity": WORDS,
        "timestep": pyarrow.int64(),
        "sequence": pyarrow.int64(),
        "unit": pyarrow.int64(),
        "value": pyarrow.float32(),
        "symbol": WORDS,
    }
)


def write_trace(trace: Trace, labels: Sequence[str], kind: str, file: IO[bytes]) -> None:
    """Write a trace as ``csv``, ``parquet`` or ``npz``.

    The tables are tidy: one row a number, with timesteps and layers counted from 1 and units from 0, as the page does;
    the arrays of ``npz`` begin at 0, as arrays do.

    Args:
        labels: of the timesteps.
    """
    if kind == "npz":
        trace.save(file)  # type: ignore[arg-type]
        return
    schema = SCHEMA.set(5, pyarrow.field("value", pyarrow.from_numpy_dtype(trace.outputs.dtype)))
    writers: dict[str, Callable[..., Any]] = {
        "csv": pyarrow.csv.CSVWriter,
        "parquet": pyarrow.parquet.ParquetWriter,
    }
    plain = pyarrow.schema([field.with_type(pyarrow.string()) if field.type == WORDS else field for field in schema])
    with writers[kind](file, schema if kind == "parquet" else plain) as writer:
        for batch in batches(trace, labels, schema):
            writer.write_batch(batch if kind == "parquet" else batch.cast(plain))


def batches(trace: Trace, labels: Sequence[str], schema: pyarrow.Schema) -> Iterator[pyarrow.RecordBatch]:
    """The rows of a trace's table, some ten thousand at a time."""
    quantities = list(dict.fromkeys(field.name for layer in trace.layers for field in fields(layer)))
    symbols = list(dict.fromkeys(labels))
    symbol_of = np.array([symbols.index(label) for label in labels], np.int32)
    words = pyarrow.array(quantities), pyarrow.array(symbols)
    for number, layer in enumerate(trace.layers):
        for field in fields(layer):
            array = getattr(layer, field.name)  # (T, B, H), or None where the variant has no such gate
            if array is None or array.ndim != 3:
                continue
            a_time = max(1, BATCH_ROWS // array[0].size)
            for first in range(0, len(array), a_time):
                part = array[first : first + a_time]
                timestep, sequence, unit = np.indices(part.shape).reshape(3, -1)
                timestep += first
                quantity = np.full(part.size, quantities.index(field.name), np.int32)
                columns = [
                    np.full(part.size, number + 1),
                    pyarrow.DictionaryArray.from_arrays(quantity, words[0]),
                    timestep + 1,
                    sequence,
                    unit,
                    part.ravel(),
                    pyarrow.DictionaryArray.from_arrays(symbol_of[timestep], words[1]),
                ]
                yield pyarrow.record_batch(columns, schema=schema)
