"""What all tests share."""

import os

# two test processes on two cores: more threads would only wait for each other, which made some tests ten times slower
for variable in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(variable, "1")
