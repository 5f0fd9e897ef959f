# Two commands do all the set-up: `make demo` and `make test`.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin

.PHONY: demo test check lint types wheel-test lambda screenshots clean

$(BIN)/policysim: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "policysim needs Python 3.11 or newer: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	@touch $@

demo: $(BIN)/policysim  ## explain a real denied event against the sample organisation
	$(BIN)/policysim explain policies/scenarios/01-identity-implicit/event.json --account policies/acme

test: $(BIN)/policysim  ## every test, on all cores
	$(BIN)/python -m pytest -n auto -q

lint: $(BIN)/policysim
	$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: $(BIN)/policysim
	$(BIN)/mypy

wheel-test: $(BIN)/policysim  ## build the wheel, install it alone, run every test against it
	.ci/wheel-test $(PYTHON)

check: test lint types wheel-test

lambda: $(BIN)/policysim  ## build the code of the function that deploy/template.yaml deploys
	PYTHON=$(BIN)/python deploy/package arm64

screenshots: $(BIN)/policysim  ## look at the HTML reports in Chromium (not part of `test`)
	$(BIN)/python tools/screenshots.py

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
