# `make run` and `make test` are the two main targets. Both install what they need.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:

UV_VERSION := 0.13.8
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= python3

# uv: the installed command, or a copy from the package index in .tools/.
UV := $(or $(shell command -v uv),.tools/bin/uv)
export UV
export UV_PYTHON_DOWNLOADS := never
# uv uses the package index that pip is configured with, and the system's certificates as pip does.
PIP_INDEX := $(shell $(PYTHON) -m pip config get global.index-url 2>/dev/null)
ifneq ($(PIP_INDEX),)
export UV_DEFAULT_INDEX ?= $(PIP_INDEX)
endif
ifneq ($(wildcard /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt),)
export UV_SYSTEM_CERTS ?= 1
endif
# If Python must not write bytecode at run time, uv writes it at installation. Without bytecode, each
# process compiles its imports again, which takes seconds.
ifdef PYTHONDONTWRITEBYTECODE
export UV_COMPILE_BYTECODE ?= 1
endif
# Telemetry is off in all processes that this Makefile starts.
export DO_NOT_TRACK := 1
export DBT_SEND_ANONYMOUS_USAGE_STATS := false
# Root of all data of runs, and the environment.
export JAFFLE_DATA_DIR ?= $(CURDIR)/data
export JAFFLE_ENV ?= dev

MEMBERS := $(sort $(wildcard libs/*/pyproject.toml projects/*/pyproject.toml))
DBT_PROJECTS := $(patsubst %/dbt_project.yml,%,$(wildcard projects/*/dbt_project.yml))

.PHONY: help install install-project run dev test lint format requirements interfaces codeowners manifests install-project-tools ci pr-build fivetran-snapshot fivetran-drift clean

help:  ## list all targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-17s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(VENV)/.installed  ## install all packages into .venv from requirements.lock, with hashes checked

$(VENV)/.installed: requirements.lock pyproject.toml $(MEMBERS) | $(UV)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is required; '$(PYTHON)' is $$($(PYTHON) --version 2>&1). Set another one: make PYTHON=python3.12 …"; exit 1; }
	@[ -x $(BIN)/python ] || $(UV) venv --quiet --python "$(PYTHON)" $(VENV)
	$(UV) pip sync --quiet --python $(BIN)/python --require-hashes requirements.lock
	$(UV) pip install --quiet --python $(BIN)/python --no-deps $(foreach member,$(MEMBERS),--editable $(dir $(member)))
	@touch $@

.tools/bin/uv:
	$(PYTHON) -m venv .tools
	.tools/bin/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

manifests: install  ## parse the dbt projects whose files have changed
	@$(BIN)/dbt-manifest build $(DBT_PROJECTS)

run: manifests  ## materialize every asset, from the source systems to the forecast
	@$(BIN)/platform run

dev: manifests  ## start Dagster's UI with all code locations; Ctrl-C stops it
	@exec $(BIN)/platform dev

test: manifests  ## run all tests
	$(BIN)/pytest -n auto --maxprocesses=8 --dist loadfile

lint: manifests  ## check style, types, imports between projects, SQL, dependency locks, interfaces
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy projects/*/src libs/*/src tools
	$(BIN)/lint-imports
	$(BIN)/sqlfluff lint projects libs/published-assets/dbt
	$(BIN)/yamllint --strict .
	$(PYTHON) tools/wording.py
	$(PYTHON) tools/requirements.py check
	$(BIN)/lineage lock --check
	$(BIN)/lineage check
	$(BIN)/python tools/codeowners.py check
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/zizmor --quiet --pedantic --offline --no-online-audits .github/workflows

# PROJECT=ml: the project to install, from its own dependency lock into projects/ml/.venv.
install-project: | $(UV)  ## install one project alone: make install-project PROJECT=ml
	@[ -d "projects/$(PROJECT)/src" ] || { echo "Set PROJECT, for example: make install-project PROJECT=ml. Projects: $(notdir $(wildcard projects/*))"; exit 2; }
	@[ -x projects/$(PROJECT)/.venv/bin/python ] || $(UV) venv --quiet --python "$(PYTHON)" projects/$(PROJECT)/.venv
	$(UV) pip sync --quiet --python projects/$(PROJECT)/.venv/bin/python --require-hashes projects/$(PROJECT)/requirements.lock
	$(UV) pip install --quiet --python projects/$(PROJECT)/.venv/bin/python --no-deps $$($(PYTHON) tools/requirements.py members projects/$(PROJECT) | sed 's/^/--editable /')

# The linters and test packages of one project, in the versions of the repository's lock.
install-project-tools: | $(UV)
	@[ -x projects/$(PROJECT)/.venv/bin/python ] || { echo "Run first: make install-project PROJECT=$(PROJECT)"; exit 2; }
	$(PYTHON) -m tools.ci needs $(PROJECT) | $(UV) pip install --quiet --python projects/$(PROJECT)/.venv/bin/python --constraint requirements.lock --requirements -

# An environment with the command `lineage` only: CI runs `lineage affected` before it installs more.
.tools/lineage/.installed: requirements.lock libs/dagster-lineage/pyproject.toml | $(UV)
	$(UV) venv --quiet --clear --python "$(PYTHON)" $(@D)
	$(UV) pip install --quiet --python $(@D)/bin/python --constraint requirements.lock --editable 'libs/dagster-lineage[affected,lock]'
	@touch $@

ci:  ## run the steps of CI for the changes of this branch: make ci BASE=main
	@$(PYTHON) -m tools.ci all --base $(BASE)

# BASE=main: branch to compare with. BASE_ENV=dev: environment of its tables. PR=7: pull request number.
BASE ?= main
BASE_ENV ?= dev
PR ?= 0
pr-build: manifests  ## build the projects that this branch changes and compare their tables with the base
	@JAFFLE_ENV=pr_$(PR) $(BIN)/platform pr-build --base $(BASE) --base-environment $(BASE_ENV)

fivetran-snapshot: manifests  ## write the connector's schema to the snapshot, lock the interfaces, check every edge
	@$(BIN)/python -m ingestion.fivetran_snapshot refresh
	@$(BIN)/lineage lock
	@$(BIN)/lineage check

fivetran-drift: install  ## compare the connector's schema with the snapshot
	@$(BIN)/python -m ingestion.fivetran_snapshot check

format:  ## apply the automatic fixes of the formatters and linters
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	$(BIN)/sqlfluff fix projects libs/published-assets/dbt

interfaces: manifests  ## write the interface of each project: projects/*/interface.json
	$(BIN)/lineage lock

codeowners: install  ## write CODEOWNERS from the owners in the interfaces
	@$(BIN)/python tools/codeowners.py write

requirements: | $(UV)  ## resolve the dependencies and write every requirements.lock
	$(PYTHON) tools/requirements.py write

clean:  ## remove the data of all runs, Dagster's instance and dbt's manifests
	rm -rf data projects/*/target projects/*/logs
