# `make help` lists what there is. Needs make and Python 3.11 or newer, nothing else.
.DEFAULT_GOAL := help
.PHONY: help run test test-fast coverage journeys lint bench replay faults fakes lock messages clean

# The first Python that is new enough.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; exit; }; done; echo python3)
# Not taken from the environment, only from the command line: make VENV=…
VENV := .venv
BIN := $(VENV)/bin
# TEST_PROCESSES: three for two cores, because tests that wait for a server or a clock leave theirs to the others.
# Whole files to each process, in the order of collection (conftest.py puts the slow ones first).
SPREAD := --dist loadfile --no-loadscope-reorder
FILE ?= ../shared/data/online_retail_h1.csv.gz

help: ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

# A stamp carries the hash of its lock file, so a changed lock is installed again and an unchanged one costs nothing.
.PHONY: python runtime dev
python:
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or newer is needed: no $(PYTHON) on this machine." >&2; exit 1; }
runtime: python
	@$(PYTHON) scripts/install.py requirements.lock "$(VENV)"
dev: python
	@$(PYTHON) scripts/install.py requirements-dev.lock "$(VENV)"

run: runtime ## the whole system on http://127.0.0.1:8000 (PORT=…); Ctrl-C stops all of it
	@exec $(BIN)/python -m devserver.run

test: dev ## the whole test suite on a real PostgreSQL (ARGS="-k refund" for a part)
	@$(BIN)/python -m pytest -n $${TEST_PROCESSES:-3} $(SPREAD) $(ARGS)

test-fast: dev ## the suite without what takes seconds (processes, threads, many examples)
	@$(BIN)/python -m pytest -n $${TEST_PROCESSES:-3} $(SPREAD) -m "not slow" $(ARGS)

coverage: dev ## the whole suite, measuring which lines it runs (not of slow tests); fails below the floor in pyproject.toml
	@$(BIN)/python -m pytest -n $${TEST_PROCESSES:-3} $(SPREAD) --cov --cov-report=term:skip-covered $(ARGS)

journeys: dev ## people's journeys through the pages, in a real browser (installs Chromium where it is missing)
	@$(BIN)/python -m scripts.chromium
	@$(BIN)/python -m pytest journeys -n $${TEST_PROCESSES:-3} $(ARGS)

format: dev ## lay out the code, the templates, the style sheets and the scripts
	@$(BIN)/ruff format .
	@$(BIN)/python scripts/layout.py

lint: dev ## style, layout of pages, types, layers, migrations, translations, API schema
	@$(BIN)/python scripts/lint.py

bench: dev ## requests per second beside plain SQL and a bare view
	@$(BIN)/python -m bench
	@$(BIN)/python -m bench.pages

faults: runtime ## refunds by production's processes under faults; exit 1 where one is paid twice, lost, stuck or wrong (SEED=1 COUNT=2000)
	@$(BIN)/python -m faults --seed "$(or $(SEED),1)" --count "$(or $(COUNT),2000)"

fakes: runtime ## fake payment channels on local ports, and the settings that use them (docs/channels.md)
	@exec $(BIN)/python -m fakes

replay: dev ## half a year of a real shop (FILE=…, KEEP=1 keeps the database)
	@$(BIN)/python -m examples.online_retail.replay "$(FILE)" $(if $(KEEP),--keep)

messages: dev ## collect the texts to translate, and compile the translations
	@$(BIN)/python scripts/translations.py --extract

lock: dev ## new lock files from requirements*.txt
	@for name in requirements requirements-dev; do $(BIN)/uv pip compile --quiet --generate-hashes --no-header --universal \
		--python-version 3.11 --constraint requirements-dev.txt $$name.txt --output-file $$name.lock || exit 1; done

clean: ## remove .venv, caches and the test database; the data in var/ stays
	@rm -rf .venv var/pg-test staticfiles .coverage .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
