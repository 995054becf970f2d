.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3)
VENV := .venv
BENCH := .venv-bench
AUDIT := .venv-audit
PORT ?= 8000
export PORT
# Two processes run the tests, each with servers of its own; a file stays with one, so that what it sets up is set up once.
# Files go in the order of their names: by the number of their tests, those that take a minute for one would come last.
PARALLEL ?= --numprocesses 2 --dist loadfile --no-loadscope-reorder

# Where there is a process for each core, more threads than one in each wait for one another, and keep the cores busy with it.
ONE_THREAD = OMP_NUM_THREADS=1

# Every package comes from a lock file, by hash; nothing is resolved anew. Where uv is missing, pip brings it.
UV := $(shell uv --version >/dev/null 2>&1 && command -v uv || echo $(VENV)/uv/bin/uv)
# uv asks the index that pip is told to ask, where it is told one.
INDEX = $${UV_DEFAULT_INDEX:-$${PIP_INDEX_URL:-$$($(PYTHON) -m pip config get global.index-url 2>/dev/null || true)}}
SYNC = index=$(INDEX); $${index:+env UV_DEFAULT_INDEX="$$index"} $(UV) pip sync --quiet --require-hashes --python
US = $(UV) pip install --quiet --offline --no-deps --no-build-isolation --python $(VENV)/bin/python --editable .
# What runs is compiled once and for all, or each process would do it at its start, in seconds. Two processes share the work.
USED_BY_DOORS = import feedback.web.app, feedback.web.server, feedback.demo.run, alembic.command, workers.runtime.schedule, workers.file_tools.analyse
USED_BY_WORKERS = import bertopic; from feedback.record.settings import Settings; from feedback.record.work.stages import STAGES; \
	from workers.runtime.process import actor_of; from workers.runtime.model_loader import Tools; \
	list(map(actor_of, STAGES)); Tools(Settings.read()).load()
RUN_ONCE = PYTHONDONTWRITEBYTECODE= $(ONE_THREAD) $(VENV)/bin/python -c
READY = $(RUN_ONCE) '$(USED_BY_DOORS)' & $(RUN_ONCE) '$(USED_BY_WORKERS)' && wait $$!
PIP_INSTALL = pip install --quiet --disable-pip-version-check --require-hashes
COMPILE = $(UV) pip compile --quiet --universal --generate-hashes --no-header --no-annotate $(ARGS)

help: ## Say what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/.ready ## Make .venv from the lock file; its bin/feedback is the command
	@:

demo: $(VENV)/.ready ## Run everything with a made-up town's feedback (PORT=8000)
	@exec $(VENV)/bin/feedback demo

dev: $(VENV)/.ready-dev ## Run everything for who works on the code: started anew when it changes, tracebacks
	@exec $(VENV)/bin/feedback up --dev

fmt: $(VENV)/.ready-dev ## Mend what can be mended of the style
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

test: $(VENV)/.ready-dev ## Run the whole test suite, or a part (ARGS="tests/nlp -k name")
	$(ONE_THREAD) $(VENV)/bin/python -m pytest $(PARALLEL) $(ARGS)

roles: $(VENV)/.ready-dev ## Write docs/roles.md: who may do what, as the application answers
	WRITE=1 $(VENV)/bin/python -m pytest tests/attacks/test_roles.py

words: $(VENV)/.ready-dev ## Bring the translations in line with the texts; say which are missing
	$(VENV)/bin/python -m tests.tools.catalogues

soak: $(VENV)/.ready-dev ## Try for hours what tests try for seconds: made-up requests, mutations of all that is read, faults (ARGS="--runs 1000000")
	CASES=12000 $(VENV)/bin/python -m pytest tests/feedback/web/test_openapi_operations.py tests/feedback/web/test_channel_bodies.py \
		tests/attacks/test_tenancy.py
	$(VENV)/bin/python -m tests.soak $(ARGS)
	$(VENV)/bin/python -m tests.soak.upgrade
	$(VENV)/bin/python -m tests.faults
	$(VENV)/bin/python -m tests.faults --minutes 60
	$(MAKE) wheel && $(VENV)/bin/python -m tests.packages dist/*.whl && $(VENV)/bin/python -m tests.packages --uv $(UV) dist/*.whl

wheel: $(VENV)/.ready ## Write dist/citizen_feedback_loop-*.whl, which pip installs anywhere, and holds the model
	@rm -f dist/*.whl
	$(VENV)/bin/python -m hatchling build --target wheel --directory dist

lint: $(VENV)/.ready-dev ## Check style, types and import rules
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

bench: $(BENCH)/.ready ## Measure what docs/benchmarks.md tells, in an environment of its own (PyTorch: 5 GB)
	$(BENCH)/bin/python -m tests.bench --json dist/benchmarks.json $(ARGS)

sbom: $(AUDIT)/.ready ## Write dist/sbom.json: what is installed, by name, version and hash (CycloneDX)
	@mkdir -p dist
	$(AUDIT)/bin/cyclonedx-py requirements requirements.lock --pyproject pyproject.toml --mc-type application \
		--output-reproducible --output-file dist/sbom.json

audit: $(AUDIT)/.ready ## Ask whether a known hole is in what the lock files name (asks a service of the Python Package Index)
	$(AUDIT)/bin/pip-audit --require-hashes --disable-pip --requirement requirements.lock --requirement requirements-dev.lock

lock: $(UV) ## Bring the lock files in line with pyproject.toml (ARGS=--upgrade for newer versions)
	$(COMPILE) --group build --group bundled pyproject.toml -o requirements.lock
	$(COMPILE) --group build --group bundled --group dev -c requirements.lock pyproject.toml -o requirements-dev.lock
	$(COMPILE) --no-config --group bundled --overrides tests/bench/overrides.txt -c requirements-dev.lock \
		pyproject.toml tests/bench/requirements.in -o requirements-bench.lock
	echo uv | $(COMPILE) --no-config - -o requirements-uv.lock
	printf 'cyclonedx-bom\npip-audit\n' | $(COMPILE) --no-config - -o requirements-audit.lock

$(VENV)/.ready: requirements.lock pyproject.toml | $(VENV)/bin/python $(UV)
	@echo "Installing what requirements.lock names"
	@$(SYNC) $(VENV)/bin/python requirements.lock
	@$(US)
	@$(READY)
	@rm -f $(VENV)/.ready-dev
	@touch $@

$(VENV)/.ready-dev: requirements-dev.lock pyproject.toml | $(VENV)/bin/python $(UV)
	@echo "Installing what requirements-dev.lock names"
	@$(SYNC) $(VENV)/bin/python requirements-dev.lock
	@$(US)
	@$(READY)
	@touch $(VENV)/.ready $@

$(BENCH)/.ready: requirements-bench.lock | $(BENCH)/bin/python $(UV)
	@echo "Installing what requirements-bench.lock names"
	@$(SYNC) $(BENCH)/bin/python requirements-bench.lock
	@touch $@

$(AUDIT)/.ready: requirements-audit.lock | $(AUDIT)/bin/python $(UV)
	@echo "Installing what requirements-audit.lock names"
	@$(SYNC) $(AUDIT)/bin/python requirements-audit.lock
	@touch $@

%/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || \
		{ echo "Python 3.11, 3.12 or 3.13 is needed; name one: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -m venv --without-pip $*

# A folder of its own within .venv, as a sync of .venv removes whatever its lock does not name.
$(VENV)/uv/bin/uv: requirements-uv.lock | $(VENV)/bin/python
	@echo "Bringing uv"
	@if $(PYTHON) -m pip --version >/dev/null 2>&1; then $(PYTHON) -m $(PIP_INSTALL) --target $(VENV)/uv -r $<; \
	elif $(PYTHON) -m venv $(VENV)/uv >/dev/null 2>&1; then $(VENV)/uv/bin/python -m $(PIP_INSTALL) -r $<; \
	else echo "Python's pip is needed (on Debian: apt install python3-pip), or uv on the PATH" >&2; exit 1; fi

.PHONY: help setup demo dev fmt test roles words soak wheel lint bench sbom audit lock
