# What a developer and CI do with this checkout. `make help` lists it.
SHELL := /bin/bash
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
WORKERS ?= 2

.PHONY: help venv engine demo test test-fast test-engine test-browser lint format typecheck check bench aws-conformance cross-check build clean

help:  ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "rolecall needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version). Say which one to use: make PYTHON=python3.12 …" >&2; exit 2; }
	@echo "── making the virtual environment in $(VENV) (a minute or two the first time)" >&2
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

venv: $(STAMP)  ## make the virtual environment with everything that development needs

engine: $(STAMP)  ## find the Pulumi engine, or make it (minutes, once per machine)
	@$(BIN)/python -m tools.offline.engine

demo: $(STAMP)  ## prove a cross-account role against an embedded AWS, tamper with it, catch that, repair it
	@$(BIN)/python -m tools.demo

test: $(STAMP)  ## run every test that needs no browser, on the real engine too
	@$(BIN)/python -m tools.offline.engine > /dev/null
	@$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist worksteal -m 'not browser' --cov --cov-report=term:skip-covered

test-fast: $(STAMP)  ## run the tests that need no engine
	@$(BIN)/python -m pytest --numprocesses $(WORKERS) -m 'not engine and not browser'

test-engine: $(STAMP)  ## run the tests on the real engine only
	@$(BIN)/python -m pytest --numprocesses $(WORKERS) -m engine

test-browser: $(STAMP)  ## open the HTML report in headless Chromium, which is found or installed (Debian)
	@$(BIN)/python -m tools.browser > /dev/null
	@$(BIN)/python -m pytest -m browser tests/browser

lint: $(STAMP)  ## check style, formatting and types
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy

typecheck: $(STAMP)  ## check types only
	@$(BIN)/mypy

format: $(STAMP)  ## format the code
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

check: lint test test-browser  ## what CI runs

bench: $(STAMP)  ## print what verification costs, beside the same programs without it
	@$(BIN)/python -m benchmarks.start_up
	@$(BIN)/python -m benchmarks.decisions
	@$(BIN)/python -m benchmarks.guarantees
	@$(BIN)/python -m benchmarks.waiting
	@$(BIN)/python -m benchmarks.up
	@$(BIN)/python -m benchmarks.fleet
	@$(BIN)/python -m benchmarks.fleet_up

aws-conformance: $(STAMP)  ## stage the conformance cases in AWS accounts: ACCOUNTS="111111111111=PROFILE …" ROLECALL_AWS=1
	@$(BIN)/python -m tools.aws_conformance $(addprefix --account ,$(ACCOUNTS))

cross-check: $(STAMP)  ## stage the conformance cases in ministack, an imitation of AWS by others
	@$(BIN)/python -m tools.cross_check

build: $(STAMP)  ## build the wheel and the source distribution into dist/
	@$(BIN)/python -m build --quiet

clean:  ## remove what was built here (the engine's cache stays; see tools/offline/README.md)
	rm -rf $(VENV) dist .coverage* .mypy_cache .pytest_cache .ruff_cache .hypothesis
