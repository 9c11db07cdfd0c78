# `make run` opens the app on this machine, `make serve` lets others in, `make test` tests it, `make thorough` tests
# more of it, `make bench` measures it, `make results` trains the papers' experiments. Each sets up what it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# a module is compiled once, not by each of the many processes that need it, whatever the shell around this says
export PYTHONDONTWRITEBYTECODE :=

PORT ?= 8501
.PHONY: run serve test thorough bench results clean chromium lint together

run: $(VENV)/.installed
	$(BIN)/streamlit run dashboard/app.py --server.address localhost --server.port $(PORT)

serve: $(VENV)/.installed
	@$(BIN)/python -c 'import socket; from streamlit.net_util import get_internal_ip as ip; print("\nOthers open:  http://%s:$(PORT)   (or http://%s:$(PORT))\nWhoever reaches this address looks at all runs, steps them, and may begin a few short ones of their own. Who shows\nthe administrator’s key (see the README) may do everything. It is plain HTTP: put a proxy with a certificate in\nfront of it outside of a network that you trust.\n" % (ip() or "this machine", socket.gethostname()))'
	LSTM_MODE=shared $(BIN)/streamlit run dashboard/app.py --server.address 0.0.0.0 --server.port $(PORT) --server.headless true

# on two cores, what loads or waits goes beside something else
test:
	$(MAKE) --no-print-directory -j 2 $(VENV)/.installed-test chromium
	$(MAKE) --no-print-directory -j 2 lint together

chromium:
	$(PYTHON) tests/browser/chromium.py --install

lint: $(VENV)/.installed-test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

together: $(VENV)/.installed-test
	$(BIN)/pytest -m 'not thorough'

# before a release, and after a change of what all pages share
thorough: $(VENV)/.installed-test chromium
	-$(BIN)/pip install --quiet --no-compile -e '.[thorough]'
	$(BIN)/pytest -m thorough

bench: $(VENV)/.installed-test chromium
	-$(BIN)/pip install --quiet --no-compile -e '.[bench]'
	$(BIN)/python -m tests.benchmarks

results: $(VENV)/.installed-test
	$(BIN)/pip install --quiet --no-compile -e '.[results]'
	$(BIN)/python -m tests.benchmarks.published
	$(BIN)/python -m tests.benchmarks.parity

$(VENV)/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; name it with: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "Python's venv module is missing; on Debian: apt-get install python3-venv"; exit 1; }

# --no-compile: what is imported is compiled then, which is a tenth of what is installed
$(VENV)/.installed: requirements.txt pyproject.toml | $(VENV)/bin/pip
	$(BIN)/pip install --quiet --no-compile -r requirements.txt
	@touch $@

$(VENV)/.installed-test: requirements.txt pyproject.toml | $(VENV)/bin/pip
	$(BIN)/pip install --quiet --no-compile -e '.[test]'
	@touch $(VENV)/.installed $@

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
