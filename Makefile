# Every command sets up what it needs first, and is quick when nothing changed.
ANY_PYTHON := sh scripts/any_python.sh
PYTHON_IN_VENV := .venv/bin/python
CODE := $(wildcard actions channels nlu reading scripts server tests triage benchmarks)

.DEFAULT_GOAL := help
.PHONY: help run shell train test lint generate evaluate bench screenshots flood lock audit clean setup setup-test

help: ## Show the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' Makefile

run: train ## Start the assistant on http://127.0.0.1:5005 (BLINA_HOST and BLINA_PORT change that; Ctrl-C stops it)
	@$(PYTHON_IN_VENV) -m server

shell: train ## Talk to the assistant in this terminal
	@$(PYTHON_IN_VENV) -m server shell

train: setup ## Train the model, if anything that it depends on changed
	@$(ANY_PYTHON) -m scripts.train

test: setup-test ## Run all tests (ARGS="tests/unit -k fever" runs some of them)
	@$(ANY_PYTHON) -m scripts.train
	@CHROMIUM="$$(sh scripts/install_browser.sh)" && export CHROMIUM && $(PYTHON_IN_VENV) -m pytest $(ARGS)

lint: setup-test ## Check style and types
	@$(PYTHON_IN_VENV) -m ruff check .
	@$(PYTHON_IN_VENV) -m ruff format --check .
	@$(PYTHON_IN_VENV) -m mypy $(CODE)

screenshots: setup-test ## Take the pictures of the web chat in docs/images anew
	@$(ANY_PYTHON) -m scripts.train
	@CHROMIUM="$$(sh scripts/install_browser.sh)" && export CHROMIUM && $(PYTHON_IN_VENV) -m scripts.screenshots

generate: setup ## Bring domain.yml, the rules and docs/triage.md up to date with knowledge/
	@$(PYTHON_IN_VENV) -m server.generate
	@$(PYTHON_IN_VENV) -m triage.clinician_page

evaluate: setup-test ## Measure how well patients are understood (PATIENT_MESSAGES="a.jsonl" adds a labelled file)
	@$(ANY_PYTHON) -m scripts.train
	@$(PYTHON_IN_VENV) -m benchmarks.evaluate $(ARGS) $(PATIENT_MESSAGES)

bench: setup-test ## Measure speed beside a stock Rasa bot, and write docs/performance.md (ARGS=--quick for less)
	@$(ANY_PYTHON) -m scripts.train
	@$(PYTHON_IN_VENV) -W ignore -m benchmarks.performance $(ARGS)

flood: setup-test ## Measure what patients notice while one address floods the server
	@$(ANY_PYTHON) -m scripts.train
	@$(PYTHON_IN_VENV) -m benchmarks.flood

lock: setup-test ## Choose versions anew for requirements/*.in and write them down with their hashes
	@$(PYTHON_IN_VENV) -m scripts.lock

audit: setup ## Compare the locked packages with what is known of them (docs/security.md)
	@$(PYTHON_IN_VENV) -m scripts.audit

clean: ## Remove all that the other commands made
	rm -rf .venv .audit .setup.lock models .rasa .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +

setup:
	@$(ANY_PYTHON) -m scripts.setup run

setup-test:
	@$(ANY_PYTHON) -m scripts.setup test
