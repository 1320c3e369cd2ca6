# make demo: the main job end to end in the sandbox.   make test: every check.   Both set up what they need.

SHELL := /bin/sh
dev := .orchestrate/dev-$(shell cksum < requirements-dev.txt | cut -d' ' -f1)
run := $(dev)/bin/python -m

.PHONY: demo test check unit real engine browser lock bench docs clean help

help:
	@sed -n '1s/^# //p' Makefile

demo: engine
	@demo/main-job

engine:
	@demo/prepare

browser:
	@demo/prepare browser

test: engine browser check
	@./orchestrate image
	@$(run) pytest -m "not alone" --cov --cov-report= -n 3 --dist worksteal --durations 15
	@$(run) pytest -m alone --cov --cov-append --cov-report= --durations 5
	@$(run) coverage report --skip-covered --show-missing

check: $(dev)
	@$(run) ruff check .
	@$(run) ruff format --check .
	@$(run) mypy

unit: $(dev)
	@$(run) pytest -m "not docker and not terraform and not sandbox and not browser"

real: engine $(dev)
	@$(run) pytest -m "docker or terraform or sandbox"

bench: engine $(dev)
	@$(dev)/bin/python bench/run.py

# What is generated in our Markdown: inputs and outputs of the modules, the tables of docs/scale.md.
docs: $(dev)
	@$(dev)/bin/python docs/generate

$(dev): requirements-dev.txt
	@echo "making the environment for tests, $(dev)" >&2
	@rm -rf $(dev).new && python3 -m venv $(dev).new
	@$(dev).new/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@mv $(dev).new $(dev)

# Both lock files, for every platform, with hashes and without anybody's index address.
lock: $(dev)
	@for name in requirements requirements-dev; do \
	    CUSTOM_COMPILE_COMMAND="make lock" $(run) piptools compile -q --generate-hashes --allow-unsafe --strip-extras \
	        --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options -o $$name.txt $$name.in; \
	done

clean:
	@-./orchestrate sandbox stop
	@-./orchestrate image --prune
	@rm -rf .orchestrate .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage*
