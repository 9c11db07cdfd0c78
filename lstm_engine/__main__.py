"""``python -m lstm_engine``: train, resume, list and export runs from a terminal."""

import sys

from lstm_engine.runs.cli import main

if __name__ == "__main__":
    sys.exit(main())
