# Everything that is done with Ryadom from its source. `make` alone says what there is.
SHELL := /bin/bash
PY := .venv/bin/python

.PHONY: help run cluster test torture lint format web types screenshots faults mutants bench bench-quick lock upgrade system-deps setup setup-dev
.DEFAULT_GOAL := help

help:  ## this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 14

run: setup  ## set up what is missing, build the client and start the server on http://127.0.0.1:8080
	@exec $(PY) -m ryadom serve

cluster: setup-dev  ## start PostgreSQL, Redis, three nodes and a proxy on this machine, to try and to kill
	@scripts/system_deps.sh postgresql redis-server
	@exec $(PY) scripts/cluster.py

test: setup-dev  ## every check and test, with the time each part took
	@scripts/system_deps.sh curl gcc libc6-dev chromium fonts-dejavu-core fonts-noto-color-emoji postgresql redis-server
	@exec $(PY) scripts/check.py

torture: setup-dev  ## try for hours to break every promise, and write docs/torture.md anew
	@scripts/system_deps.sh gcc libc6-dev postgresql redis-server
	@exec $(PY) scripts/torture_table.py

faults: setup-dev  ## try every fault of several nodes 20 times and write docs/faults.md anew; less than an hour
	@scripts/system_deps.sh postgresql redis-server
	@exec $(PY) scripts/faults.py

mutants: setup-dev  ## plant mistakes one at a time, each of which a test must notice, and write docs/promises.md anew
	@scripts/system_deps.sh chromium postgresql redis-server
	@exec $(PY) scripts/mutants.py

lint: setup-dev  ## every check, without the tests
	@exec $(PY) scripts/check.py --without vitest pytest "on PostgreSQL"

format: setup-dev  ## put the code into its form
	@$(PY) -m ruff check --quiet --fix-only .
	@$(PY) -m ruff format .

web: setup  ## build the browser client anew when web/ has changed (setup does, too)

types: setup-dev  ## write the descriptions of the API and the client's types anew
	@$(PY) -m ryadom.web.documents docs
	@$(PY) scripts/client_types.py

screenshots: setup-dev  ## make the pictures in docs/screenshots/ anew from the demo
	@scripts/system_deps.sh chromium fonts-roboto-unhinted fonts-noto-color-emoji
	@$(PY) scripts/screenshots.py

bench: setup-dev  ## measure everything and write docs/performance.md anew; less than an hour, with nothing else running
	@scripts/system_deps.sh gcc libc6-dev postgresql
	@exec $(PY) -m bench

bench-quick: setup-dev  ## measure everything briefly, in less than two minutes, and write nothing
	@scripts/system_deps.sh gcc libc6-dev postgresql
	@exec $(PY) -m bench --quick

lock: setup-dev  ## write the locks anew from pyproject.toml, changing no more than needed
	@scripts/lock.sh

upgrade: setup-dev  ## write the locks anew with the newest of everything
	@scripts/lock.sh --upgrade

system-deps:  ## install chromium, postgresql and redis-server where they are missing
	@scripts/system_deps.sh chromium postgresql redis-server

setup:
	@scripts/setup.sh requirements.lock

setup-dev:
	@scripts/setup.sh requirements-dev.lock
