# make demo: the main job end to end in the sandbox.   make test: every check.   Both set up what they need.

SHELL := /bin/sh
dev := .orchestrate/dev-$(shell cksum < requirements-dev.txt | cut -d' ' -f1)
run := $(dev)/bin/python -m
bare := not docker and not terraform and not sandbox and not browser and not groovy
checkov := .orchestrate/checkov-$(shell cksum < requirements-checkov.txt | cut -d' ' -f1)

.PHONY: demo test environment check lint types policies image unit waiting computing coverage real engine browser groovy lock bench docs clean help

help:
	@sed -n '1s/^# //p' Makefile

demo: engine
	@demo/main-job

engine:
	@demo/prepare

browser:
	@demo/prepare browser

groovy:
	@demo/prepare groovy

# Each part begins as soon as what it stands on is there (tests/support/parts.py); the end says how long each took.
test:
	@began=$$(date +%s) && $(MAKE) --no-print-directory engine && python3 -I tests/support/parts.py $$began

environment: $(dev)

# Tests with the real engine and Terraform. Those that mostly wait have a pool of their own, of more workers than there are
# processors; those that compute have two. (None of tests/unit waits that long: collecting it takes seconds.)
waiting: $(dev)
	@$(run) pytest tests/e2e tests/sandbox tests/terraform -m long -n 3 --dist worksteal --durations 15

computing: $(dev)
	@$(run) pytest -m "not ($(bare)) and not long" -n 2 --dist worksteal --durations 15

check: lint types policies

lint: $(dev)
	@$(run) ruff check .
	@$(run) ruff format --check .

types: $(dev)
	@$(run) mypy

policies: $(checkov)
	@$(checkov)/bin/python -m checkov.main --config-file .checkov.yaml

image: engine
	@./orchestrate image

unit: $(dev)
	@$(run) pytest -m "$(bare)" -n 2 --dist worksteal

coverage: $(dev)
	@$(run) pytest -m "$(bare)" -n 2 --dist worksteal --cov --cov-report=term-missing:skip-covered

real: engine groovy $(dev)
	@$(run) pytest -m "docker or terraform or sandbox"

bench: engine $(dev)
	@$(dev)/bin/python bench/run.py

# What is generated in our Markdown: inputs and outputs of the modules, the tables of docs/scale.md.
docs: $(dev)
	@$(dev)/bin/python docs/generate

# checkov asks for some ninety packages, and for older ones of those we share: so it has an environment of its own.
# --no-deps: the lock names everything, and pip looks for nothing else. It would take the newest release for a requirement
# with extras, coverage[toml], and refuse it because it is not the locked one (github.com/pypa/pip/issues/9644).
$(dev): requirements-dev.txt
$(checkov): requirements-checkov.txt
$(dev) $(checkov):
	@echo "making an environment for checks, $@" >&2
	@rm -rf $@.new && python3 -I -m venv $@.new
	@$@.new/bin/python -I -m pip install -q --disable-pip-version-check --no-compile --require-hashes --no-deps -r $<
	@$@.new/bin/python -I -m pip check
	@mv $@.new $@

# The lock files, for every platform, with hashes and without anybody's index address.
lock: $(dev)
	@for name in requirements requirements-dev requirements-checkov; do \
	    CUSTOM_COMPILE_COMMAND="make lock" $(run) piptools compile -q --generate-hashes --allow-unsafe --strip-extras \
	        --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options -o $$name.txt $$name.in; \
	done

clean:
	@-./orchestrate sandbox stop
	@-./orchestrate image --prune
	@rm -rf .orchestrate .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage*
