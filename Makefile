# The only list of commands. CI, the README and people all call these.
SHELL := /bin/bash
PY := .venv/bin/python
STAMP := .venv/.installed-$(shell cat requirements.txt pyproject.toml | sha256sum | cut -c1-16)

.PHONY: judge stateful slow-clients duplicates help setup demo serve test lint docs docs-check bench chaos chaos-sabotage check sbom licences secrets vulnerabilities lock clean

help: ## list the commands
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(STAMP) ## make .venv and install the hash-locked requirements

$(STAMP): requirements.txt pyproject.toml
	test -x $(PY) || python3 -m venv .venv
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	rm -f .venv/.installed-* && touch $@

demo: setup ## tell the whole story on real messages; exits 0 when all of it held
	$(PY) -m services demo

serve: setup ## keep the services and the worker up; prints addresses and the logins of the demo
	$(PY) -m services serve --demo

test: setup ## all tests, on a Postgres that the tests start themselves
	$(PY) -m pytest

lint: setup ## ruff, mypy, import contracts, dependencies
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/deptry .

docs: setup ## rebuild docs/rules.md and docs/messages.md from the catalogue
	$(PY) -m services docs docs

docs-check: setup ## fail when the generated docs are not current
	$(PY) -m services docs docs --check

bench: setup ## every benchmark, one JSON line each; fails above a limit: LINES=5000000 earlier ones
	$(PY) -m tests.bench $(if $(LINES),--lines $(LINES))

chaos: setup ## kill everything at random under load, DURATION seconds long; fails when anything is lost or doubled
	$(PY) -m tests.chaos run --duration $(or $(DURATION),600) $(if $(SEED),--seed $(SEED))

chaos-sabotage: setup ## plant twelve faults, one at a time, in copies of the source; fails when one is not found
	$(PY) -m tests.chaos sabotage

slow-clients: setup ## prove that 500 trickling clients are cut off in 30 s and hinder nobody
	$(PY) -m tests.proofs.slow

duplicates: setup ## prove that what is delivered 50 times at once is processed once
	$(PY) -m tests.proofs.duplicates

hostile: setup ## thousands of hostile requests: COUNT=10000 SEED=1
	$(PY) -m tests.proofs.hostile --count $(or $(COUNT),10000) --seed $(or $(SEED),1)

canaries: setup ## look for BSNs in logs, errors, jobs and tables, with the demo: SEED=1
	$(PY) -m tests.proofs.canaries --seed $(or $(SEED),1)

judge: setup ## judge random lines by a second, plain judge and compare: LINES=200000 SEED=1
	$(PY) -m tests.rules.judge --lines $(or $(LINES),200000) --seed $(or $(SEED),1)

stateful: setup ## both sides of allocation at random, through real messages: EXAMPLES=200 STEPS=40 SEED=1
	$(PY) -m tests.flows.stateful --examples $(or $(EXAMPLES),200) --steps $(or $(STEPS),40) --seed $(or $(SEED),1)

sbom: setup ## write build/sbom.json: what is shipped, in CycloneDX
	$(PY) -m tools.sbom

licences: setup ## fail on a licence that tools/licences.toml does not allow
	$(PY) -m tools.licences

secrets: setup ## fail on a secret in the files or the history
	$(PY) -m tools.leaks

vulnerabilities: setup ## fail on a known vulnerability, with a copy of OSV in ZORGKETEN_OSV_DIR
	$(PY) -m tools.vulnerabilities

check: lint docs-check sbom licences secrets vulnerabilities test ## what CI runs, without the demo

lock: ## renew requirements.txt from pyproject.toml
	python3 -m venv .venv-lock && .venv-lock/bin/pip install --quiet uv
	.venv-lock/bin/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-header --quiet --upgrade -o requirements.txt
	rm -rf .venv-lock

clean: ## remove what the commands made in this folder
	rm -rf .venv .venv-lock .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info
