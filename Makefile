# Everything a developer does here. `make help` lists it.
#
# PYTHON is only used to create .venv; everything after that runs from there.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
# Newer than everything it was made from once the set-up is complete.
READY  := $(VENV)/.ready

# Arguments for the fuzz test
FUZZ ?=
# Arguments for the soak and for the killed server
SOAK   ?=
KILLED ?=
# Arguments for the endurance suite
ENDURANCE ?=
# Arguments for the bench
BENCH ?=
# Arguments for pytest: make test ARGS="tests/codec -x"
ARGS ?=

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help setup serve test clients clouds fuzz soak killed security endurance lint fmt type demo docs bench lock wheel clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1|/p' $(MAKEFILE_LIST) | \
	  while IFS='|' read -r name text; do printf '  make %-8s %s\n' "$$name" "$$text"; done

setup: $(READY) ## create .venv with everything pinned; does nothing when that is done

$(READY): requirements/dev.txt pyproject.toml
	@command -v $(PYTHON) >/dev/null || { \
	  echo "$(PYTHON) was not found; Mockhaus needs Python 3.11 or newer. Name one with PYTHON=..." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Mockhaus needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1 | head -n 1). Name another with PYTHON=..." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { \
	  echo "$(PYTHON) cannot create virtual environments (on Debian and Ubuntu: apt-get install python3-venv)." >&2; exit 1; }
	@echo "Setting up $(VENV) (about a minute, once)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --no-compile --require-hashes -r requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

# On a terminal, job control gives the server the foreground: Ctrl-C reaches it alone, and make ends
# with the server's own status, 0. Elsewhere exec: signals reach the server with no shell between.
serve: setup ## start both doors; settings are the MOCKHAUS_* variables of the environment
	@if [ -t 0 ]; then set -m; $(BIN)/mockhaus serve; else exec $(BIN)/mockhaus serve; fi

# A process per core; a module's tests stay in one, for the servers and stores they share.
test: setup ## run the test suite (ARGS="tests/codec -x -n 0" narrows it, in one process)
	@$(BIN)/python -m pytest --numprocesses auto --dist loadfile $(ARGS)

# Real clients in an environment of their own, beside which the server is a process of .venv.
CLIENTS := .venv-clients

clients: setup $(CLIENTS)/.ready ## try real PostgreSQL clients of Python, Java, Node.js and ODBC, psql, dbt (minutes)
	@MOCKHAUS_PYTHON=$(CURDIR)/$(BIN)/python $(CLIENTS)/bin/python -m pytest -q tests/clients $(ARGS)

# Clients of Node.js come along where npm is there; those of Java and ODBC are the system's.
$(CLIENTS)/.ready: requirements/clients.txt tests/clients/node/package.json
	@echo "Setting up $(CLIENTS) (about two minutes, once)"
	@$(PYTHON) -m venv $(CLIENTS)
	@$(CLIENTS)/bin/python -m pip install --quiet --no-compile --require-hashes -r requirements/clients.txt
	@if command -v npm >/dev/null; then \
	  mkdir -p $(CLIENTS)/node && cp tests/clients/node/package.json $(CLIENTS)/node && \
	  npm install --prefix $(CLIENTS)/node --no-package-lock --no-audit --no-fund --ignore-scripts --silent; \
	else echo "npm was not found: the clients of Node.js are left out"; fi
	@touch $@

# Emulators of S3, Google Cloud Storage and Azure (of npm); the tests start them, on free ports.
CLOUDS := .venv-clouds

clouds: setup $(CLOUDS)/.ready ## try stages in S3, GCS and Azure against emulators (a minute)
	@PATH=$(CURDIR)/$(CLOUDS)/bin:$(CURDIR)/$(CLOUDS)/node/node_modules/.bin:$$PATH \
	  $(BIN)/python -m pytest -q tests/ingestion/test_object_stores.py $(ARGS)

$(CLOUDS)/.ready: requirements/clouds.txt
	@echo "Setting up $(CLOUDS) (about two minutes, once)"
	@$(PYTHON) -m venv $(CLOUDS)
	@$(CLOUDS)/bin/python -m pip install --quiet --no-compile --require-hashes -r requirements/clouds.txt
	@if command -v npm >/dev/null; then \
	  mkdir -p $(CLOUDS)/node && \
	  npm install --prefix $(CLOUDS)/node --no-audit --no-fund --ignore-scripts --silent azurite@3.35.0; \
	else echo "npm was not found: Azure is left out"; fi
	@touch $@

lint: setup ## every check that runs no test: format, ruff, types, import floors
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

fmt: setup ## format, and fix what ruff can fix
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

type: setup ## mypy alone
	$(BIN)/mypy

fuzz: setup ## 100,000 mutated messages at the PostgreSQL door (FUZZ="--messages 1000000 --seed 7")
	@$(BIN)/python -m tests.gateway.fuzz $(FUZZ)

soak: setup ## mixed work through both doors for 30 minutes (SOAK="--minutes 2")
	@$(BIN)/python -m tests.endurance.soak $(SOAK)

killed: setup ## a server killed 50 times while clients write (KILLED="--times 5")
	@$(BIN)/python -m tests.endurance.killed $(KILLED)

# Advisories are PyPI's; where they are out of reach, that is said and is no failure.
AUDIT := .venv-audit

security: setup $(AUDIT)/.ready ## what SQL must not reach, tried at every door; known faults of what is pinned
	@$(BIN)/python -m pytest -q tests/security $(ARGS)
	@$(BIN)/python -m tests.security.audit $(AUDIT)/bin/pip-audit requirements/run.txt

$(AUDIT)/.ready:
	@$(PYTHON) -m venv $(AUDIT)
	@$(AUDIT)/bin/python -m pip install --quiet --no-compile pip-audit==2.10.1
	@touch $@

endurance: setup ## all that lasts, and faults while it runs, for two minutes (ENDURANCE="--minutes 30 --only storms")
	@$(BIN)/python -m tests.endurance $(ENDURANCE)

demo: setup ## the tour: a server, the flights data, a worksheet of Snowflake queries
	@$(BIN)/python -m demo

docs: setup ## write what is made of the code: errors.md, refused.md, functions.md, HTTP examples
	@mkdir -p docs
	@$(BIN)/python -c 'from mockhaus.cli.errors_page import page; print(page(), end="")' > docs/errors.md
	@$(BIN)/python -c 'from mockhaus.cli.refused_page import page; print(page(), end="")' > docs/refused.md
	@$(BIN)/mockhaus functions --markdown > docs/functions.md
	@$(BIN)/python -m tests.rest.tour > examples.tmp && mv examples.tmp mockhaus/http/examples.json

# It has PostgreSQL, the peers and its own tools installed when they are wanted.
bench: setup ## the figures, side by side with others, and bench/report.md (BENCH="--quick")
	@$(BIN)/python -m bench.run $(BENCH)

wheel: setup ## build dist/*.tar.gz and, from it, dist/*.whl
	@$(BIN)/python -m build --no-isolation --outdir dist

# No index address, download address or path of a machine may enter these files. The oldest Python
# decides: what only it needs is harmless on newer ones, the reverse would be missing.
COMPILE := CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/pip-compile --quiet --generate-hashes \
  --no-annotate --strip-extras --allow-unsafe --no-emit-index-url --no-emit-trusted-host \
  --no-emit-find-links $(LOCKARGS)
# For example LOCKARGS="--upgrade" or LOCKARGS="--upgrade-package pytest"
LOCKARGS ?=

lock: setup ## compile requirements/*.txt from pyproject.toml (Python 3.11; takes minutes)
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || { \
	  echo "make lock needs a .venv of Python 3.11, the oldest supported version." >&2; exit 1; }
	$(COMPILE) --only-build-deps --build-deps-for wheel --build-deps-for editable \
	  -o requirements/build.txt pyproject.toml
	$(COMPILE) -o requirements/run.txt pyproject.toml
	$(COMPILE) --extra dev -c requirements/run.txt -c requirements/build.txt \
	  -o requirements/dev.txt pyproject.toml
	# dbt asks for a package with an extra, which pip wants to see pinned as such
	$(filter-out --strip-extras,$(COMPILE)) -o requirements/clients.txt requirements/clients.in
	$(COMPILE) -o requirements/bench.txt requirements/bench.in

clean: ## remove .venv and everything built or cached
	rm -rf .venv .venv-clients .venv-clouds .venv-audit .ci-work build dist *.egg-info
	rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
