# `make help` lists what there is.
DATA ?= /var/lib/stagedoor
# What starts again finds its bytecode.
unexport PYTHONDONTWRITEBYTECODE
# Without root or sudo the platform itself says what it needs, and starts nothing.
SUDO := $(shell [ "$$(id -u)" = 0 ] || command -v sudo)
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest
# More workers than cores: the real parts spend most of a test waiting for each other.
WORKERS ?= 4
PARALLEL := -n $(WORKERS) --dist loadfile --no-loadscope-reorder
BENCHES := path fanout throttle hang deploy size upgrade console coldstart density isolation scale insight store \
           percentiles alerts canary pairing rollout replay shadow

.PHONY: help setup console up test lint format unit quick integration test-full test-postgresql test-screenshots \
        test-chaos console-dev console-test lock bench docs site clean

help:            ## this list
	@grep -E '^[a-z-]+: .*##|^[a-z-]+:  *##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

setup:           ## everything a fresh machine needs
	@scripts/setup

setup-tests:
	@scripts/setup tests

up: setup        ## start the platform with the demo; Ctrl-C stops it
	@$(SUDO) $(BIN)/stagedoor up --demo --data $(DATA)

quick: setup lint unit ## style, types, layers and unit tests: within 90 s

test: setup-tests lint ## everything that guards a change
	$(PYTEST) $(PARALLEL) -m "not full"

test-full: test  ## and what is long: run it before a release
	$(MAKE) test-long test-postgresql

test-long: setup-tests ## the long tests alone
	$(PYTEST) $(PARALLEL) -m full

test-postgresql: setup-tests ## every integration test on PostgreSQL
	$(PYTEST) $(PARALLEL) tests/integration --database postgresql

lint: setup      ## style, types, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: setup    ## put the code into the one style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

unit: setup      ## tests that need no root
	$(PYTEST) -n 2 tests/unit

integration: setup-tests ## tests with the real parts
	$(PYTEST) $(PARALLEL) tests/integration

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
	rm -rf .venv .tools .cache .mypy_cache .ruff_cache .pytest_cache console/node_modules src/stagedoor/console
