"""``python -m lstm_engine``: train, resume, list and export runs from a terminal."""

import sys

if __name__ == "__main__":
    try:
        from lstm_engine.runs.cli import main

        sys.exit(main())
    except KeyboardInterrupt:  # while everything is still being read from the disk
        sys.exit(130)
