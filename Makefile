.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
export PORT
# The lock names no registry; uv asks the one that pip is set up with here.
UV := $(VENV)/bin/python -m uv --quiet

help: ## Say what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/.ready ## Make .venv from the lock file; its bin/feedback is the command

demo: setup ## Run everything with a made-up town's feedback (PORT=8000)
	@exec $(BIN)/feedback demo

test: $(VENV)/.ready-dev ## Run the whole test suite
	$(BIN)/python -m pytest $(ARGS)

lint: $(VENV)/.ready-dev ## Check style, types and import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.ready-bench ## Measure what docs/benchmarks.md tells
	$(BIN)/python -m tests.bench $(ARGS)

lock: ## Resolve the lock files anew
	uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --group build pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --group dev -c requirements.lock pyproject.toml -o requirements-dev.lock
	uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --group bench -c requirements-dev.lock tests/bench/requirements.in -o requirements-bench.lock

$(VENV)/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || { echo "Python 3.11 to 3.13 is needed; set PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv

.PHONY: help setup demo test lint bench lock
