# Two commands do everything on a fresh machine: `make chat` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
READY := $(VENV)/.installed
READY_DEV := $(VENV)/.installed-dev

.PHONY: chat test test-slow lint types imports check bench widget clean

chat: $(READY)
	@$(BIN)/bot shell

test: $(READY_DEV)
	$(BIN)/python -m pytest -m "not slow"

test-slow: $(READY_DEV)
	$(BIN)/python -m pytest -m slow

lint: $(READY_DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY_DEV)
	$(BIN)/mypy

imports: $(READY_DEV)
	$(BIN)/lint-imports

check: lint types imports

bench: $(READY_DEV)
	@for script in benchmarks/*.py; do echo "$$script"; $(BIN)/python "$$script" || exit 1; done

# Needs node and the npm registry; what it builds is committed, so that nobody else does.
widget:
	cd widget && npm ci --no-audit --no-fund --silent && npm run --silent types && npm run --silent build

# The environment is made anew only when what it is made from has changed.
$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Kefu needs Python 3.11 or newer; set PYTHON=python3.11 or later")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing the environment into $(VENV) (a few minutes the first time) ..."
	@$(PIP) -e .
	@touch $(READY)

$(READY_DEV): $(READY)
	@echo "Installing what the tests need ..."
	@$(PIP) -e ".[dev]"
	@touch $(READY_DEV)

clean:
	rm -rf $(VENV) .kefu models results widget/node_modules
