# Two commands: `make run` and `make test`. Both install what they need.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:

UV_VERSION := 0.13.8
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= python3

# uv from the machine, or from the package index into the repository's own folder.
UV := $(or $(shell command -v uv),.tools/bin/uv)
export UV
export UV_PYTHON_DOWNLOADS := never
# Where pip has been told of a mirror, uv uses it too; and the machine's certificates, as pip does.
PIP_INDEX := $(shell $(PYTHON) -m pip config get global.index-url 2>/dev/null)
ifneq ($(PIP_INDEX),)
export UV_DEFAULT_INDEX ?= $(PIP_INDEX)
endif
ifneq ($(wildcard /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt),)
export UV_SYSTEM_CERTS ?= 1
endif
# Where Python may not write bytecode while it runs, it is written at installation: without it every
# process spends seconds on compiling what it imports.
ifdef PYTHONDONTWRITEBYTECODE
export UV_COMPILE_BYTECODE ?= 1
endif
# Telemetry is off in everything that this repository starts.
export DO_NOT_TRACK := 1
export DBT_SEND_ANONYMOUS_USAGE_STATS := false
# Where everything that runs make goes, and in which environment they run.
export JAFFLE_DATA_DIR ?= $(CURDIR)/data
export JAFFLE_ENV ?= dev

MEMBERS := $(sort $(wildcard libs/*/pyproject.toml projects/*/pyproject.toml))
DBT_PROJECTS := $(patsubst %/dbt_project.yml,%,$(wildcard projects/*/dbt_project.yml))

.PHONY: help install install-project run dev test lint format lock interfaces codeowners manifests install-project-tools ci pr-build fivetran-snapshot fivetran-drift clean

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(VENV)/.installed  ## install everything into .venv, from the lock, with hashes checked

$(VENV)/.installed: requirements.lock pyproject.toml $(MEMBERS) | $(UV)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; '$(PYTHON)' is $$($(PYTHON) --version 2>&1). Name another one: make PYTHON=python3.12 …"; exit 1; }
	@[ -x $(BIN)/python ] || $(UV) venv --quiet --python "$(PYTHON)" $(VENV)
	$(UV) pip sync --quiet --python $(BIN)/python --require-hashes requirements.lock
	$(UV) pip install --quiet --python $(BIN)/python --no-deps $(foreach member,$(MEMBERS),--editable $(dir $(member)))
	@touch $@

.tools/bin/uv:
	$(PYTHON) -m venv .tools
	.tools/bin/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

manifests: install  ## parse the dbt projects whose files changed
	@$(BIN)/dbt-manifest build $(DBT_PROJECTS)

run: manifests  ## materialize the whole graph, from the outside world to the forecast
	@$(BIN)/platform run

dev: manifests  ## Dagster's UI over all code locations; Ctrl-C stops all of it
	@exec $(BIN)/platform dev

test: manifests  ## all tests
	$(BIN)/pytest -n auto --maxprocesses=8 --dist loadfile

lint: manifests  ## style, types, borders, SQL, locks, lineage
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy projects/*/src libs/*/src tools
	$(BIN)/lint-imports
	$(BIN)/sqlfluff lint projects
	$(BIN)/yamllint --strict .
	$(PYTHON) tools/locks.py check
	$(BIN)/lineage lock --check
	$(BIN)/lineage check
	$(BIN)/python tools/codeowners.py check
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/zizmor --quiet --pedantic --offline --no-online-audits .github/workflows

# PROJECT=ml: an environment of its own for one project, from its own lock.
install-project: | $(UV)  ## install one project alone: make install-project PROJECT=ml
	@[ -d "projects/$(PROJECT)/src" ] || { echo "Name a project: make install-project PROJECT=ml. There are: $(notdir $(wildcard projects/*))"; exit 2; }
	@[ -x projects/$(PROJECT)/.venv/bin/python ] || $(UV) venv --quiet --python "$(PYTHON)" projects/$(PROJECT)/.venv
	$(UV) pip sync --quiet --python projects/$(PROJECT)/.venv/bin/python --require-hashes projects/$(PROJECT)/requirements.lock
	$(UV) pip install --quiet --python projects/$(PROJECT)/.venv/bin/python --no-deps $$($(PYTHON) tools/locks.py members projects/$(PROJECT) | sed 's/^/--editable /')

# What a project is linted and tested with, beside its own dependencies, in the root lock's versions.
install-project-tools: | $(UV)
	@[ -x projects/$(PROJECT)/.venv/bin/python ] || { echo "First: make install-project PROJECT=$(PROJECT)"; exit 2; }
	$(PYTHON) -m tools.ci needs $(PROJECT) | $(UV) pip install --quiet --python projects/$(PROJECT)/.venv/bin/python --constraint requirements.lock --requirements -

# All that telling what is affected takes: what CI asks before it installs anything else.
.tools/lineage/.installed: requirements.lock libs/dagster-lineage/pyproject.toml | $(UV)
	$(UV) venv --quiet --clear --python "$(PYTHON)" $(@D)
	$(UV) pip install --quiet --python $(@D)/bin/python --constraint requirements.lock --editable 'libs/dagster-lineage[affected,lock]'
	@touch $@

ci:  ## what CI does, here, for what differs from a branch: make ci BASE=main
	@$(PYTHON) -m tools.ci all --base $(BASE)

# BASE=main: the branch to compare with. BASE_ENV=dev: where its tables are. PR=7: number of the pull request.
BASE ?= main
BASE_ENV ?= dev
PR ?= 0
pr-build: manifests  ## build what this branch changes beside its base, and compare the tables
	@JAFFLE_ENV=pr_$(PR) $(BIN)/platform pr-build --base $(BASE) --base-environment $(BASE_ENV)

fivetran-snapshot: install  ## write the connector's tables anew, as the Fivetran API tells them
	@$(BIN)/python -m ingestion.fivetran_snapshot refresh

fivetran-drift: install  ## what the Fivetran API tells that the snapshot does not
	@$(BIN)/python -m ingestion.fivetran_snapshot check

format:  ## rewrite what the formatters can
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	$(BIN)/sqlfluff fix projects

interfaces: manifests  ## write what each project makes and reads: projects/*/interface.json
	$(BIN)/lineage lock

codeowners: install  ## write CODEOWNERS from the owners in the interfaces
	@$(BIN)/python tools/codeowners.py write

lock: | $(UV)  ## resolve the dependencies anew
	$(PYTHON) tools/locks.py write

clean:  ## remove what runs have made: data, manifests, instance
	rm -rf data projects/*/target projects/*/logs
