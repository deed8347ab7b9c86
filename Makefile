# `make` explains the targets. Everything installs what it needs into .venv.
PYTHON ?= python3
BIN := .venv/bin
HOME_DIR ?= .demo

.DEFAULT_GOAL := help
.PHONY: help setup run test test-all check format bench coverage-doc dialects-doc permissions-doc clean

help: ## Explain the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

setup: .venv/ready ## Make the environment; leaves the program at .venv/bin/belvedere

.venv/ready: pyproject.toml constraints.txt
	@sh scripts/setup $(PYTHON)
	@touch $@

run: setup ## Serve the demo on http://127.0.0.1:19999
	@$(BIN)/belvedere demo --home $(HOME_DIR)

test: setup ## Run the default test suite
	@$(BIN)/python -m pytest -n 2 --dist loadgroup -m "not slow"

test-all: setup ## Run every test, the slow ones too
	@$(BIN)/python -m pytest -n 2 --dist loadgroup

check: setup ## Lint, types, layers
	@$(BIN)/ruff check src tests benchmarks
	@$(BIN)/ruff format --check src tests benchmarks
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: setup ## Format the code
	@$(BIN)/ruff format src tests benchmarks
	@$(BIN)/ruff check --fix src tests benchmarks

bench: setup ## Measure the server beside the bare database; a few minutes
	@$(BIN)/python -m benchmarks

coverage-doc: setup ## Write docs/COVERAGE.md: what is built, tested by which test
	@$(BIN)/python -m tests.coverage_doc

dialects-doc: setup ## Write docs/use/dialects.md: how databases differ
	@$(BIN)/python scripts/dialects_doc.py

permissions-doc: setup ## Write docs/use/permissions.md: who may call what
	@$(BIN)/python scripts/permissions_doc.py

clean: ## Remove the environment and the demo
	@rm -rf .venv $(HOME_DIR)
