# `make run` opens the app, `make test` tests it, `make bench` measures it, `make results` trains the papers'
# experiments. Each sets up what it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test bench results clean

run: $(VENV)/.installed
	$(BIN)/streamlit run dashboard/app.py

test: $(VENV)/.installed-test
	$(BIN)/python tests/browser/chromium.py --install
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest -m 'not alone'
	$(BIN)/pytest -m alone -n 0 tests

bench: $(VENV)/.installed-test
	$(BIN)/python tests/browser/chromium.py --install
	-$(BIN)/pip install --quiet -e '.[bench]'
	$(BIN)/python -m tests.benchmarks

results: $(VENV)/.installed-test
	$(BIN)/python -m tests.benchmarks.published

$(VENV)/.installed: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; name it with: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "Python's venv module is missing; on Debian: apt-get install python3-venv"; exit 1; }
	$(BIN)/pip install --quiet -r requirements.txt
	@touch $@

$(VENV)/.installed-test: $(VENV)/.installed
	$(BIN)/pip install --quiet -e '.[test]'
	@touch $@

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
