# The verbs of the lab. Each one sets up .venv first when it has to.

PYTHON   ?= python3
PROFILE  ?= quick
STACKS   ?=
SCENARIOS ?=
OUT      ?= results
PORT     ?= 8089
RUN      ?= $(OUT)/latest
AGAINST  ?=
RULES    ?=
FIGURE   ?= cpu
SCENARIO ?= baseline
ARGS     ?=
PYTHONS  ?=
ASKED    := /
VENV     := .venv

# PATH=/hello on the command line is a path to ask for; the programs are found where they usually are.
ifeq ($(origin PATH),command line)
ASKED := $(value PATH)
override export PATH := /usr/local/bin:/usr/bin:/bin
endif

# What a setting holds, a space or a quote for instance, reaches the command as one word. STACKS and SCENARIOS are lists
# of words; ARGS is written as for a shell.
quoted  = '$(subst ','\'',$1)'
listed  = $(foreach word,$1,$(call quoted,$(word)))
option  = $(if $2,$1 $(call quoted,$2))
options = $(foreach word,$2,$1 $(call quoted,$(word)))

BIN      := $(call quoted,$(VENV)/bin)
PYTEST   := env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m pytest # of some hundred Pythons each would compile all anew
SETUP    := checks/virtual_environment.py
NEW_PYTHON := import sys; sys.exit(sys.version_info < (3, 11) and "The lab needs Python 3.11 or newer, and %s is %d.%d: \
    install a newer one and name it, for instance make setup PYTHON=python3.13" % ((sys.executable,) + sys.version_info[:2]))

.DEFAULT_GOAL := help
.PHONY: help setup servers compare resume serve trace dashboard capabilities report diff gate history test check bench-apps bench-load bench-report bench-truth readme schema sample screenshots \
        test-pure stress pythons lock clean

help: ## list the verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo "  settings: PROFILE=smoke|quick|full  STACKS='uvicorn/asgi ...'  SCENARIOS='slow-io ...'  OUT=folder  PORT=8089"
	@echo "            RUN=folder  AGAINST=folder  RULES=file.toml  FIGURE=cpu  SCENARIO=baseline"
	@echo "            PATH=/hello?name=you  ARGS='--html trace.html'  PYTHON=python3.11  PYTHONS='python3.12 ...'"

setup: ## make .venv from requirements.lock, anew where it is broken
	@$(BIN)/python -I $(SETUP) check 2> /dev/null || { $(call quoted,$(PYTHON)) -c '$(NEW_PYTHON)' && \
	    exec $(call quoted,$(PYTHON)) -I $(SETUP) set-up $(call quoted,$(VENV)); }

servers: setup ## add the wider set of servers (servers.lock)
	@$(BIN)/python -I $(SETUP) add $(call quoted,$(VENV)) servers.lock

compare: setup ## measure the stacks and write a report
	@$(BIN)/lab compare --profile $(call quoted,$(PROFILE)) $(call options,--stack,$(STACKS)) $(call options,--scenario,$(SCENARIOS)) --out $(call quoted,$(OUT))

resume: setup ## go on with RUN (the latest), which was stopped or cut short
	@$(BIN)/lab compare --resume $(call quoted,$(RUN))

serve: setup ## serve the six default stacks (or STACKS) until Ctrl-C
	@$(BIN)/lab serve $(if $(STACKS),$(call listed,$(STACKS)),--all)

trace: setup ## show what passes between client, server and app for PATH (ARGS: further options of lab trace)
	@$(BIN)/lab trace $(call quoted,$(ASKED)) $(call options,--stack,$(STACKS)) $(ARGS)

dashboard: setup ## serve the six default stacks (or STACKS) and load them from a page, until Ctrl-C
	@$(BIN)/lab dashboard $(call listed,$(STACKS)) --port $(call quoted,$(PORT)) --out $(call quoted,$(OUT))

capabilities: setup ## find out by experiment what the stacks (STACKS) can do
	@$(BIN)/lab capabilities $(call options,--stack,$(STACKS))

report: setup ## write the report of RUN (the latest) again
	@$(BIN)/lab report $(call quoted,$(RUN))

diff: setup ## put RUN (the latest) beside AGAINST, another run
	@$(BIN)/lab diff $(if $(AGAINST),$(call quoted,$(AGAINST))) $(call quoted,$(RUN))

gate: setup ## hold RUN (the latest) to the rules in RULES, as ratios to AGAINST where that is given
	@$(BIN)/lab gate $(call quoted,$(RUN)) $(call option,--against,$(AGAINST)) $(call option,--rules,$(RULES))

history: setup ## draw FIGURE in SCENARIO over all runs
	@$(BIN)/lab history --figure $(call quoted,$(FIGURE)) --scenario $(call quoted,$(SCENARIO)) --out $(call quoted,$(OUT))

test: setup ## run all tests, as many files at once as there are cores
	$(PYTEST) -n auto --dist loadfile

test-pure: setup ## run the tests that start no process: for the habit of running them at each change
	$(PYTEST) -q -m pure

stress: setup ## run the tests again and again while all cores are busy (ARGS: further options, such as --help)
	@$(BIN)/python -m checks.stress $(ARGS)

pythons: setup ## try each Python from 3.11 on that is on this machine (or PYTHONS): tests that start no process, a short run
	@$(BIN)/python -m checks.pythons $(call listed,$(PYTHONS))

check: setup ## lint, format and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench-apps: setup ## what routing costs: the apps against three lines without any
	@$(BIN)/python -m benchmarks.apps

readme: setup ## fill the README's tables from the code's
	@$(BIN)/python -c "from pathlib import Path; from lab.tell.run.readme import filled; p = Path('README.md'); p.write_text(filled(p.read_text()))"

schema: setup ## write docs/results.schema.json from the records
	@$(BIN)/python -c "from pathlib import Path; from lab.saved_runs import json_schema as schema; Path('docs/results.schema.json').write_text(schema.text())"

sample: setup ## put the tables of RUN into the README as its sample
	@$(BIN)/python -m benchmarks.sample $(call quoted,$(RUN))

screenshots: setup ## take the README's pictures of RUN's report (needs Chromium)
	@$(BIN)/python -m benchmarks.screenshots $(call quoted,$(RUN))

bench-report: setup ## how large and how slow the report of a full run is
	@$(BIN)/python -m benchmarks.report

bench-load: setup ## what recording costs the load generator
	@$(BIN)/python -m benchmarks.load

bench-truth: setup ## whether verdicts are right where the truth is known (ten minutes)
	@$(BIN)/python -m benchmarks.truth

lock: setup ## pin every dependency again, with hashes
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --python-version 3.11 --upgrade \
	    --custom-compile-command 'make lock' --extra dev pyproject.toml --output-file requirements.lock
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --python-version 3.11 --upgrade \
	    --custom-compile-command 'make lock' --constraints requirements.lock --extra servers pyproject.toml --output-file servers.lock

clean: ## remove .venv, caches and built files (results stay)
	rm -rf $(call quoted,$(VENV)) .pythons .stress .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
