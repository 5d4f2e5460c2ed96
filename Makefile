# Everything that a person or a machine does with this checkout. `make` alone lists it.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

BIN := .venv/bin
READY := .venv/.ready
JOBS ?= 2
KILLS ?= 1000
ARGS ?=
TORCH ?= torch==2.13.0
TORCH_PIP ?= pip
TORCH_FOLDER := .cache/torch

.PHONY: help setup torch test-torch check lint types imports lock docs docs-check test soak conformance demo bench clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)$$/\1\t\2/' | expand -t 14

setup: $(READY) ## Make .venv as the lock says (the other targets do it by themselves)

$(READY): pyproject.toml uv.lock
	@echo "Making .venv as uv.lock says (the first time, this downloads what is missing)"
	@uv="$$(scripts/find-uv)"; "$$uv" sync --locked --quiet; touch $@

torch: $(TORCH_FOLDER)/.ready ## PyTorch in a folder of its own: no extra and no lock has it, and all else would import it

$(TORCH_FOLDER)/.ready: | $(READY)
	@rm -rf $(TORCH_FOLDER)
	$(TORCH_PIP) --python $(BIN)/python install --quiet --target $(TORCH_FOLDER) $(TORCH)
	@touch $@

test-torch: torch ## The tests that need PyTorch, which `make test` skips
	PYTHONPATH=$(CURDIR)/$(TORCH_FOLDER) $(BIN)/python -m pytest tests/unit/models/test_torch.py tests/unit/features/test_loaders.py \
	  tests/contract/test_mlflow_models.py -k "torch or loader"

check: lint types imports lock docs-check ## Everything that can be said without running the code

lint: $(READY) ## Style and formatting
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(READY) ## Types, strictly
	$(BIN)/mypy

imports: $(READY) ## Imports only go down
	$(BIN)/lint-imports

lock: $(READY) ## The lock says what pyproject.toml says
	@uv="$$(scripts/find-uv)"; "$$uv" lock --check --quiet && echo "uv.lock is up to date"

docs-check: $(READY) ## The documentation builds without a warning
	@site="$$(mktemp -d)"; trap 'rm -rf "$$site"' EXIT; \
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet --site-dir "$$site" && echo "the documentation builds"

test: $(READY) ## All tests; ARGS="-k cache" picks some, JOBS=1 runs them one after another
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile $(ARGS)

conformance: $(READY) ## All pipelines of Kubeflow's corpus in DIR (a checkout of test_data/sdk_compiled_pipelines/valid)
	@test -d "$(DIR)" || { echo "name the folder: make conformance DIR=…"; exit 2; }
	@mkdir -p build
	$(BIN)/penstock conformance "$(DIR)" --expect tests/conformance/kubeflow.expect.yaml --host-commands --kfp 2.17.0 \
	  --report build/conformance.html $(ARGS)

demo: $(READY) ## The main job on real data: run, run again from cache, change one line and run
	@PATH="$(CURDIR)/$(BIN):$$PATH" scripts/demo

soak: $(READY) ## Kill a thousand processes at random, and see that nothing is lost; KILLS=5000 for longer
	KILLS=$(KILLS) $(BIN)/python -m pytest tests/faults/test_soak.py $(ARGS)

bench: $(READY) ## Speed and memory, as ratios against floors measured in the same run
	$(BIN)/python -m benchmarks --write docs/benchmarks.md $(ARGS)

docs: $(READY) ## Serve the documentation at http://127.0.0.1:8000
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs serve

clean: ## Remove what the targets made
	rm -rf .venv .cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis build dist site
