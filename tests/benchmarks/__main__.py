"""All benchmarks, one table each; they print and never judge.  ``make bench``"""

import os
import platform
import sys

import numpy as np

from tests.benchmarks import crowd, engine, exports, foreign_models, opening, step_to_screen, store, watching

if __name__ == "__main__":
    print(f"Python {platform.python_version()}, NumPy {np.__version__}, {os.cpu_count()} cores, {platform.machine()}\n")
    chosen = sys.argv[1:] or [
        "engine",
        "store",
        "opening",
        "step_to_screen",
        "watching",
        "crowd",
        "exports",
        "foreign_models",
    ]
    for benchmark in (engine, store, opening, step_to_screen, watching, crowd, exports, foreign_models):
        if benchmark.__name__.rpartition(".")[2] in chosen:
            benchmark.main()
            print()
