PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
TEST_STAMP := $(VENV)/.installed-test
# Two cores, and half of the slow tests wait. Native tracebacks: the others parse sources, and CPython 3.11 may fail at
# that while threads do too (gh-106905).
PARALLEL := -n 3 --dist worksteal --tb=native

.DEFAULT_GOAL := help
.PHONY: help install run test fast slow check soak bench profile docs site figures schema tools types preloads screenshots lighthouse vendor release-check clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "%-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(STAMP) ## set up .venv with what the server needs

run: $(STAMP) ## start the server with config.toml
	@$(BIN)/python server.py --config config.toml

test: $(TEST_STAMP) ## run the whole test suite, or what T names: make test T=tests/unit/test_retry.py
	$(BIN)/python -m pytest $(or $(T),$(PARALLEL))

fast: $(TEST_STAMP) ## the tests that start no process and no browser
	$(BIN)/python -m pytest $(PARALLEL) --ignore tests/system --ignore tests/world

slow: $(TEST_STAMP) ## the others: real processes, browsers, networks
	$(BIN)/python -m pytest $(PARALLEL) tests/system tests/world

check: $(TEST_STAMP) ## lint, types, floors and tests, as CI runs them
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	tools/scripts.sh
	$(BIN)/python -m pytest $(PARALLEL)

soak: $(TEST_STAMP) ## ten minutes of chaos, a thousand runs of the deliveries' state machine, a thousand crashes of bots
	CHAOS_SECONDS=600 $(BIN)/python -m pytest tests/system/test_chaos.py
	$(BIN)/python -m pytest tests/unit/test_turns.py --hypothesis-profile=long
	OUTBOX_CRASHES=1000 $(BIN)/python -m pytest tests/system/test_outbox.py

bench: $(TEST_STAMP) ## measure against bare aiohttp, side by side
	$(BIN)/python -m bench

profile: $(TEST_STAMP) ## profile.svg: where a part of the bench spends its time: make profile B=ten-webhooks
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[profile]'
	$(BIN)/py-spy record --subprocesses --rate 200 --output profile.svg -- $(BIN)/python -m bench $(or $(B),ingest)

docs: $(TEST_STAMP) ## what is made of the documents: configuration.md, the floors, llms.txt
	$(BIN)/python tools/configuration.py
	$(BIN)/python tools/floors.py
	$(BIN)/python tools/llms.py

site: $(STAMP) ## the documents as a site into bedolaga_events/help, which the server shows at /help/
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[docs]'
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

figures: $(STAMP) ## the house in numbers, as the last section of docs/architecture.md has them
	@$(BIN)/python tools/figures.py

schema: $(STAMP) ## store/schema.sql and a fixture of each schema, from the migrations
	$(BIN)/python -m tools.schema

types: $(STAMP) ## the shapes in static/js/api.d.ts, from the OpenAPI document
	$(BIN)/python -m tools.typescript

preloads: ## every module of the page's first view as a line of static/index.html
	$(PYTHON) -m tools.preloads

screenshots: $(TEST_STAMP) ## pictures of every view (needs chromium), or some: make screenshots O="--data ugly --width 390"
	$(BIN)/python -m tools.screenshots $(O)

tools: ## install other people's tools that the suite runs: generators, linters, importers (needs npm)
	npm install --prefix tests/system/made --silent --no-audit --no-fund --no-package-lock

lighthouse: $(TEST_STAMP) ## what Lighthouse says of the page on a phone (needs chromium and npm's lighthouse)
	$(BIN)/python -m tools.lighthouse

vendor: ## fetch the pinned front-end modules into static/vendor (needs npm)
	tools/vendor.sh

release-check: site $(TEST_STAMP) ## what would be released: built, read, and installed with each Python that is here
	$(BIN)/python tools/release.py

clean: ## remove what was set up or built; the data stays
	rm -rf $(VENV) dist bedolaga_events/help .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .schemathesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; try make PYTHON=python3.11"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "Cannot make a virtual environment; on Debian: apt install python3-venv"; rm -rf $(VENV); exit 1; }

$(STAMP): pyproject.toml client/pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ./client -e '.[speed]'
	@touch $@

$(TEST_STAMP): pyproject.toml client/pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ./client -e '.[test]'
	@touch $@ $(STAMP)
