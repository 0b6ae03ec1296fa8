# `make help` lists what there is.
DATA ?= /var/lib/stagedoor
# Without root or sudo the platform itself says what it needs, and starts nothing.
SUDO := $(shell [ "$$(id -u)" = 0 ] || command -v sudo)
BIN := .venv/bin

# Tests of what knows no database: once is enough.
ONCE := isolation telemetry profile scale kills asgi debug demo dev edge edge_state machine places quickstart services services_faults \
        services_limits service_tls tls $(patsubst tests/integration/test_%.py,%,$(wildcard tests/integration/test_console*.py))
NO_DATABASE := $(foreach name,$(ONCE),--ignore tests/integration/test_$(name).py)

.PHONY: help setup console up test site lint unit integration bench docs clean

help:            ## this list
	@grep -E '^[a-z]+: .*##|^[a-z]+:  *##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup:           ## everything a fresh machine needs
	@scripts/setup

console: setup   ## build the console; nothing when it did not change

up: setup        ## start the platform with the demo; Ctrl-C stops it
	@$(SUDO) $(BIN)/stagedoor up --demo --data $(DATA)

test: setup lint ## everything that must pass
	$(BIN)/python -m pytest
	$(BIN)/python -m pytest tests/integration $(NO_DATABASE) --database postgresql

lint: setup      ## style, types, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

unit: setup      ## tests that need no root
	$(BIN)/python -m pytest tests/unit

integration: setup ## tests with the real parts
	$(BIN)/python -m pytest tests/integration

bench: setup     ## every figure, the short way
	for name in path fanout throttle hang deploy size upgrade console coldstart density isolation scale insight store percentiles alerts canary pairing rollout replay shadow; do $(BIN)/python -m bench $$name --quick --json; done

docs: setup      ## generate the references
	$(BIN)/python -m scripts.references

site: docs       ## build the documentation as a site, into site/
	$(BIN)/mkdocs build --quiet

clean:           ## remove what setup made
	rm -rf .venv .tools .mypy_cache .ruff_cache .pytest_cache console/node_modules src/stagedoor/console
