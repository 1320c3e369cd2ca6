# make help lists the commands; each sets up what it needs.

SHELL := /bin/sh
dev := .orchestrate/dev-$(shell cksum < requirements-dev.txt | cut -d' ' -f1)
run := $(dev)/bin/python -m
# The tests of tests/unit make 70,000 folders: in memory, where there is any, that takes a third of the time.
memory := $(shell test -d /dev/shm -a -w /dev/shm && echo TMPDIR=/dev/shm)
real_marks := docker terraform sandbox browser groovy shells
space := $(subst ,, )
bare := not $(subst $(space), and not ,$(real_marks))
bare_files := tests/unit tests/sandbox tests/terraform
checkov := .orchestrate/checkov-$(shell cksum < requirements-checkov.txt | cut -d' ' -f1)
uv := .orchestrate/uv-$(shell cksum < requirements-uv.txt | cut -d' ' -f1)

# Hundreds of processes start here: what Python has compiled once is kept, also where the caller's shell says otherwise.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test installer environment check lint types policies image unit waiting containers computing coverage real engine browser groovy shells lock bench docs site clean help

help: ## lists these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

demo: engine ## runs the main job from end to end in the sandbox
	@demo/main-job

engine: ## prepares the Docker engine and Terraform
	@demo/prepare

browser: ## installs headless Chromium, for the tests of the report's page
	@demo/prepare browser

groovy: ## installs groovy, for the tests of the Jenkinsfiles
	@demo/prepare groovy

shells: ## installs BusyBox, for the tests of the launcher
	@demo/prepare shells

# Each part begins as soon as what it stands on is there (tests/support/parts.py); the end says how long each took.
test: ## runs every check, and says how long each part took
	@began=$$(date +%s) && $(MAKE) --no-print-directory engine && python3 -I tests/support/parts.py $$began

installer: $(uv) ## makes the Python environment that installs the others

environment: $(dev) ## makes the Python environment of the checks

# Tests with the real engine and Terraform. Those that mostly wait have a pool of their own, of more workers than there are
# processors; those that compute wait for half of their time, and have four. A worker collects only files that have such tests:
# all of them take seconds of each. What takes longest stands first.
real_files := tests/terraform tests/sandbox $$(grep -lrE --include '*.py' 'pytest.mark.($(subst $(space),|,$(real_marks)))' tests/unit) tests/e2e
waiting: $(dev) ## runs the tests that mostly wait
	@$(run) pytest $$(grep -lrF --include '*.py' pytest.mark.long tests/e2e tests/sandbox tests/terraform) -m long -n 7 --dist worksteal --durations 15

# One sandbox for all of them, so one process.
containers: $(dev) ## runs the tests of the sandbox with containers
	@$(run) pytest tests/e2e/test_containers.py tests/e2e/test_containers_fast.py tests/e2e/test_haproxy.py --durations 5

computing: $(dev) ## runs the tests with the real engine and Terraform that compute
	@$(run) pytest $(real_files) -m "not ($(bare)) and not long and not containers" -n 4 --dist worksteal --durations 15

check: lint types policies ## runs lint, types and policies

lint: $(dev) ## runs ruff
	@$(run) ruff check .
	@$(run) ruff format --check .

types: $(dev) ## runs mypy
	@$(run) mypy

policies: $(checkov) ## runs checkov over modules/ and src/
	@for folder in modules src; do \
	    $(checkov)/bin/python -m checkov.main --config-file .checkov.yaml --directory $$folder || failed=1; \
	done; exit $${failed:-0}

image: engine ## builds the image that Terraform runs in
	@./orchestrate image

# Some of them wait for a while: a third worker has something to compute then.
unit: $(dev) ## runs the tests that need neither engine nor Terraform
	@$(memory) $(run) pytest $(bare_files) -m "$(bare)" -n 3 --dist worksteal

coverage: $(dev) ## shows which lines those tests do not reach
	@$(memory) $(run) pytest $(bare_files) -m "$(bare)" -n 2 --dist worksteal --cov --cov-report=term-missing:skip-covered

real: engine groovy $(dev) ## runs the tests that need the engine, Terraform or the sandbox
	@$(run) pytest -m "docker or terraform or sandbox"

bench: engine $(dev) ## runs the benchmark
	@$(dev)/bin/python bench/run.py

# What is generated in our Markdown: inputs and outputs of the modules, the tables of docs/scale.md.
docs: $(dev) ## writes the generated parts of our Markdown
	@$(dev)/bin/python docs/generate

site: $(dev) ## builds the documentation as a site in .orchestrate/site, and checks its links
	@$(run) sphinx -q -W --keep-going -n -b html -c docs/site . .orchestrate/site

# pip, which each Python brings, installs uv; uv installs the others in a seventh of pip's time (tests/support/environment.py).
$(uv): requirements-uv.txt
	@echo "making an environment for checks, $@" >&2
	@rm -rf $@.new && python3 -I -m venv $@.new
	@$@.new/bin/python -I -m pip install -q --disable-pip-version-check --no-compile --require-hashes --no-deps -r $<
	@mv $@.new $@

# checkov asks for some ninety packages, and for older ones of those we share: so it has an environment of its own.
# --no-deps, here and there: the lock names everything, and pip looks for nothing else. It would take the newest release for a
# requirement with extras, coverage[toml], and refuse it because it is not the locked one (github.com/pypa/pip/issues/9644).
$(dev): requirements-dev.txt
$(checkov): requirements-checkov.txt
$(dev) $(checkov): | $(uv)
	@echo "making an environment for checks, $@" >&2
	@rm -rf $@.new && python3 -I -m venv --without-pip $@.new
	@$(uv)/bin/python -I tests/support/environment.py $@.new $<
	@mv $@.new $@

# The lock files, for every platform, with hashes and without the address of an index.
lock: $(dev) ## writes the lock files of Python's packages
	@for name in requirements requirements-haproxy requirements-dev requirements-checkov requirements-uv; do \
	    CUSTOM_COMPILE_COMMAND="make lock" $(run) piptools compile -q --generate-hashes --allow-unsafe --strip-extras \
	        --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options -o $$name.txt $$name.in; \
	done

clean: ## stops the sandbox and removes what was made
	@-./orchestrate sandbox stop
	@-./orchestrate image --prune
	@rm -rf .orchestrate .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage*
