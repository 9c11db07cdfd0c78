"""Traces as files."""

import io
from collections.abc import Sequence

import numpy as np
import pyarrow
import pyarrow.csv
import pyarrow.parquet

from lstm_engine import Trace


def trace_file(trace: Trace, labels: Sequence[str], kind: str) -> bytes:
    """A trace as ``csv``, ``parquet`` or ``npz``.

    The tables are tidy: one row a number, with timesteps, units and layers counted from 0.

    Args:
        labels: of the timesteps.
    """
    file = io.BytesIO()
    if kind == "npz":
        trace.save(file)
        return file.getvalue()
    columns = trace.columns()
    columns["symbol"] = np.array(labels)[columns["timestep"]]
    table = pyarrow.table(columns)
    if kind == "csv":
        pyarrow.csv.write_csv(table, file)
    else:
        pyarrow.parquet.write_table(table, file)
    return file.getvalue()
