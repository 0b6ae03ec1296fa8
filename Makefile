# `make help` lists what there is.
DATA ?= /var/lib/stagedoor
# What starts again finds its bytecode.
unexport PYTHONDONTWRITEBYTECODE
# Without root or sudo the platform itself says what it needs, and starts nothing.
SUDO := $(shell [ "$$(id -u)" = 0 ] || command -v sudo)
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest
# One more worker than cores: the real parts wait for each other for a part of a test.
WORKERS ?= 3
PARALLEL := -n $(WORKERS) --dist loadfile --no-loadscope-reorder
BENCHES := path fanout throttle hang deploy size upgrade console coldstart density isolation attacks scale insight store \
           percentiles alerts canary pairing rollout replay shadow

.PHONY: help setup setup-tests console up quick test test-full test-long test-database test-postgresql lint format unit \
        integration console-test console-dev slowest bench lock docs site clean

help:            ## this list
	@grep -E '^[a-z-]+: .*##|^[a-z-]+:  *##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

setup:           ## everything a fresh machine needs
	@scripts/setup

setup-tests:
	@scripts/setup tests

up: setup        ## start the platform with the demo; Ctrl-C stops it
	@$(SUDO) $(BIN)/stagedoor up --demo --data $(DATA)

quick: lint unit console-test ## style, types, layers and unit tests: within 90 s

test: setup-tests lint console-test ## everything that guards a change
	$(PYTEST) $(PARALLEL) -m "not full"
	$(MAKE) test-database

test-full: test test-long test-postgresql ## and what is long: run it before a release

test-long: setup-tests ## the tests that are marked full, alone
	$(PYTEST) $(PARALLEL) -m full

test-database: setup-tests ## on PostgreSQL, those for which the database matters
	$(PYTEST) $(PARALLEL) tests/integration -m "database and not full" --database postgresql

test-postgresql: setup-tests ## every integration test on PostgreSQL
	$(PYTEST) $(PARALLEL) tests/integration --database postgresql

lint: setup      ## style, types, layers, of Python and of the console
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@scripts/console lint

format: setup    ## put the code into the one style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	@scripts/console format

unit: setup      ## tests that need no root
	$(PYTEST) -n 2 tests/unit

integration: setup-tests ## tests with the real parts
	$(PYTEST) $(PARALLEL) tests/integration

console-test: setup ## unit tests of the console's logic
	@scripts/console test

console-dev: setup ## serve the console with hot reload, in front of a running platform
	@scripts/console dev

slowest: setup-tests ## the 25 slowest tests, for CONTRIBUTING
	$(PYTEST) $(PARALLEL) -m "not full" --durations=25 -q

bench: setup     ## every figure, the short way
	@scripts/setup bench
	for name in $(BENCHES); do $(BIN)/python -m bench $$name --quick --json || exit 1; done

lock: setup      ## lock the versions of all packages; UPGRADE=1 takes the newest
	$(BIN)/python -m scripts.lock $(if $(UPGRADE),--upgrade)

docs: setup      ## generate the references
	$(BIN)/python -m scripts.references

site: docs       ## build the documentation as a site, into site/
	$(BIN)/zensical build --strict

clean:           ## remove what setup made
	rm -rf .venv .tools .cache .mypy_cache .ruff_cache .pytest_cache console/node_modules console/src/api/generated \
	    src/stagedoor/console
