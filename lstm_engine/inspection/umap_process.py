"""Draws states (N, H) by UMAP in a process of its own; run as a script, it imports no sibling.

Its first map in a process waits for a compiler, which would keep all other threads of a server waiting as well. So the
states come in on the standard input as an ``.npy`` file, and the points go out on the standard output as another one.
"""

import io
import sys
import warnings

MOST_SECONDS = 300  # of computing


def bound_this_process() -> None:
    """No more time than a map needs, where the system can; and after all who are waited for."""
    try:
        import os
        import resource

        os.nice(10)
        resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    except (ImportError, ValueError, OSError):  # not a Unix, or a lower limit holds already
        return


def main() -> int:
    neighbours, seed = int(sys.argv[1]), int(sys.argv[2])
    bound_this_process()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of parts that are not asked for
            import numpy as np
            import umap

            states = np.load(io.BytesIO(sys.stdin.buffer.read()), allow_pickle=False)
            drawing = umap.UMAP(n_neighbors=neighbours, random_state=seed, n_jobs=1, init="pca")
            points = np.asarray(drawing.fit_transform(states), np.float64)
    except ImportError as error:
        print(f"missing: {error.name}", file=sys.stderr)
        return 3
    found = io.BytesIO()
    np.save(found, points)
    sys.stdout.buffer.write(found.getvalue())
    return 0


if __name__ == "__main__":
    sys.exit(main())
