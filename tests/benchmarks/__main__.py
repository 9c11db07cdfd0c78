"""All benchmarks, one table each; they print and never judge.  ``make bench``"""

import os
import platform
import sys

import numpy as np

from tests.benchmarks import (
    crowd,
    engine,
    exports,
    foreign_models,
    inspection,
    opening,
    step_to_screen,
    store,
    watching,
)

BENCHMARKS = (engine, store, opening, step_to_screen, watching, crowd, exports, foreign_models, inspection)

if __name__ == "__main__":
    print(f"Python {platform.python_version()}, NumPy {np.__version__}, {os.cpu_count()} cores, {platform.machine()}\n")
    for benchmark in BENCHMARKS:
        if not sys.argv[1:] or benchmark.__name__.rpartition(".")[2] in sys.argv[1:]:
            benchmark.main()
            print()
