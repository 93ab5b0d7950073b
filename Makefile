# citynet: `make run` brings a city up and proves it; `make test` runs every test, lab included.
CITY ?= demo
PYTHON ?= $(shell for each in python3.13 python3.12 python3.11 python3; do command -v $$each && break; done)
HOST ?= auto
WHERE ?= fleet
SEED ?= 1
COUNT ?= 100
VENV := .venv
# An empty value is not an absent one: CITY=$UNSET is a mistake, and not the demo city.
said = $(if $(strip $($1)),,$(error $1 is empty, expected $2))
$(call said,CITY,a folder of inventory/ such as demo)
$(call said,HOST,a lab host: auto or local or vm or ssh:user@host)
$(call said,WHERE,where faults are played: fleet or twins or lab)
$(call said,SEED,a number)
$(call said,COUNT,a number)
CITYNET := $(VENV)/bin/citynet
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help setup run test lab-test test-long check lint format models faults each-key lab-up lab-down bench schema clean

help:  ## show this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@printf '\nVariables: CITY=%s (a folder of inventory/), HOST=%s (auto, local, vm, ssh:user@host)\n' "$(CITY)" "$(HOST)"
	@printf 'make faults: WHERE=%s (fleet, twins, lab), SEED=%s, COUNT=%s\n' "$(WHERE)" "$(SEED)" "$(COUNT)"

setup: $(READY)  ## make .venv/bin/citynet, installing what is missing

$(READY): pyproject.toml labs/bootstrap.sh labs/setup.sh
	@sh labs/setup.sh $(VENV)
	@touch $@

run: setup  ## bring CITY up in a lab, deploy, verify, and say what was proved
	@case $(CITY) in vendors) ;; *) sh labs/run.sh $(CITYNET) inventory/$(CITY) $(HOST);; esac
	@case $(CITY) in demo|vendors) sh labs/vendors.sh $(CITYNET) $(HOST) $(CITY);; esac

test: setup  ## the tests, labs included
	@MAKE="$(MAKE)" sh labs/test.sh $(VENV) $(HOST) all

lab-test: setup
	@sh labs/test.sh $(VENV) $(HOST)

test-long: setup  ## each fault in the lab, looked at from all sides
	@sh labs/test.sh $(VENV) $(HOST) long

check: lint  ## everything that needs no lab: lint, types, unit tests, every city
	@sh labs/bootstrap.sh tests
	$(VENV)/bin/pytest -q -n 4 -m "not lab and not beside and not twin and not campaign and not thorough"
	@for city in demo wuhan vendors; do $(CITYNET) validate -i inventory/$$city || exit 1; done

lint: setup  ## ruff and strict mypy
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy

format: setup  ## let ruff format the code
	$(VENV)/bin/ruff format .

models: setup  ## fetch the vendors' YANG models that are neither in CITYNET_YANG nor fetched yet
	@$(CITYNET) yang models --fetch

lab-up: setup  ## bring CITY's lab up
	$(CITYNET) lab up -i inventory/$(CITY) --host $(HOST)

lab-down: setup  ## take CITY's lab down; nothing is left behind
	$(CITYNET) lab down -i inventory/$(CITY)

bench: setup  ## measure against netlab, side by side, and a transaction against its floor
	$(VENV)/bin/python benchmarks/run.py
	$(VENV)/bin/python -m benchmarks.transaction

faults: setup  ## break COUNT deployments on purpose and judge them; goes on where it stopped
	$(VENV)/bin/python -m tests.campaign --where $(WHERE) --seed $(SEED) --count $(COUNT) \
		--resume out/faults/$(WHERE)-$(SEED).jsonl --table out/faults/$(WHERE)-$(SEED).md

each-key: setup  ## change every key of a city alone: what each device is given; docs/each_key.md
	$(VENV)/bin/python -m tests.each_key

schema: setup  ## write inventory/city.schema.json again
	$(CITYNET) schema > inventory/city.schema.json

clean:  ## remove what was made in this folder (labs and caches stay)
	rm -rf $(VENV) out .mypy_cache .ruff_cache .pytest_cache .hypothesis
