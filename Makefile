# Every command sets up what it needs first, and is quick when nothing changed.
ANY_PYTHON := sh scripts/any_python.sh
PYTHON_IN_VENV := .venv/bin/python
PROXIES := haproxy:haproxy nginx:nginx-light
CHECKERS := promtool:prometheus systemd-analyze:systemd openssl:openssl
SERVICES := postgres:postgresql redis-server:redis-server rabbitmq-server:rabbitmq-server
CODE := $(wildcard actions benchmarks blina learning scripts tests)

.DEFAULT_GOAL := help
.PHONY: help run shell train learn test coverage hand-overs lint generate evaluate bench screenshots flood soak mixed-up replicas scaling lock audit clean setup setup-test knowledge licences

help: ## Show the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' Makefile

run: train ## Start the assistant on http://127.0.0.1:5005 (BLINA_HOST and BLINA_PORT change that; Ctrl-C stops it)
	@$(PYTHON_IN_VENV) -m blina.server

shell: train ## Talk to the assistant in this terminal
	@$(PYTHON_IN_VENV) -m blina.server shell

train: setup ## Train the model, if anything that it depends on changed
	@$(ANY_PYTHON) -m scripts.train

learn: ## Teach the reader anew from data/messages, in .venv-learn (80 minutes; ARGS="--go-on --epochs 2" for less)
	@$(ANY_PYTHON) -m scripts.learn $(ARGS)

test: setup-test ## Run all tests (ARGS="tests/unit -k fever" runs some of them)
	@$(ANY_PYTHON) -m scripts.train
	@sh scripts/install_programs.sh $(PROXIES) $(CHECKERS) $(SERVICES)
	@$(PYTHON_IN_VENV) -m scripts.provider
	@CHROMIUM="$$(sh scripts/install_browser.sh)" && export CHROMIUM && $(PYTHON_IN_VENV) -m pytest $(ARGS)

hand-overs: setup-test ## Keep anew what is handed over of the made-up nights in tests/ and docs/for-nurses.md
	@$(ANY_PYTHON) -m scripts.train
	@WRITE_GOLDEN=1 $(PYTHON_IN_VENV) -m pytest -q tests/unit/test_hand_over.py tests/unit/test_hand_over_fhir.py tests/unit/test_hand_over_chart.py tests/server/test_hand_over.py
	@git status --short tests docs/for-nurses.md

coverage: setup-test ## Measure which lines and branches of blina/triage and blina/reading the tests pass through
	@$(ANY_PYTHON) -m scripts.train
	@$(PYTHON_IN_VENV) -m coverage run -m pytest -q tests/unit tests/nlu
	@$(PYTHON_IN_VENV) -m coverage report

lint: setup-test ## Check style, types and which room imports which
	@$(PYTHON_IN_VENV) -m ruff check .
	@$(PYTHON_IN_VENV) -m ruff format --check .
	@$(PYTHON_IN_VENV) -m mypy $(CODE)
	@.venv/bin/lint-imports --no-cache

screenshots: setup-test ## Take the pictures of the web chat in docs/images anew
	@$(ANY_PYTHON) -m scripts.train
	@CHROMIUM="$$(sh scripts/install_browser.sh)" && export CHROMIUM && $(PYTHON_IN_VENV) -m scripts.screenshots

knowledge: setup ## Check knowledge/ and say which answers an edit of it changes
	@$(PYTHON_IN_VENV) -m scripts.knowledge

generate: setup ## Bring domain.yml, the rules, docs/triage.md and docs/schema up to date with knowledge/ (make train does it too)
	@$(PYTHON_IN_VENV) -m scripts.generate

licences: setup ## Write docs/licences.md anew from what the installed packages say
	@$(PYTHON_IN_VENV) -m scripts.licences

evaluate: setup-test ## Measure how well patients are understood (PATIENT_MESSAGES="a.jsonl" adds a labelled file)
	@$(ANY_PYTHON) -m scripts.train
	@$(PYTHON_IN_VENV) -m benchmarks.evaluate $(ARGS) $(PATIENT_MESSAGES)

bench: setup-test ## Measure speed beside a stock Rasa bot, and write docs/performance.md (ARGS=--quick for less)
	@$(ANY_PYTHON) -m scripts.train
	@$(PYTHON_IN_VENV) -W ignore -m benchmarks.performance $(ARGS)

flood: setup-test ## Measure what patients notice while one address floods the server
	@$(ANY_PYTHON) -m scripts.train
	@$(PYTHON_IN_VENV) -m benchmarks.flood

soak: setup-test ## Let 8 to 200 patients write for minutes, into docs/performance.md (ARGS=2 for two minutes each)
	@$(ANY_PYTHON) -m scripts.train
	@$(PYTHON_IN_VENV) -W ignore -m benchmarks.soak $(ARGS)

mixed-up: setup-test ## Count the answers that go to somebody else behind HAProxy and nginx while strangers try
	@sh scripts/install_programs.sh $(PROXIES) && $(PYTHON_IN_VENV) -m benchmarks.mixed_up $(ARGS)

replicas: setup-test ## Start 3 replicas, nginx, PostgreSQL, Redis and RabbitMQ on this machine (ARGS=2 for two)
	@$(ANY_PYTHON) -m scripts.train
	@sh scripts/install_programs.sh $(PROXIES) $(SERVICES) && $(PYTHON_IN_VENV) -W ignore -m scripts.replicas $(ARGS)

scaling: setup-test ## Measure 1, 2 and 3 replicas, into docs/scaling.md (ARGS="--storm 60" kills and cuts off instead)
	@$(ANY_PYTHON) -m scripts.train
	@sh scripts/install_programs.sh $(PROXIES) $(SERVICES) && $(PYTHON_IN_VENV) -W ignore -m benchmarks.scaling $(ARGS)

lock: setup-test ## Choose versions anew for what pyproject.toml and requirements/*.in ask for, and write them down with their hashes
	@$(PYTHON_IN_VENV) -m scripts.lock

audit: setup ## Compare the locked packages with what is known of them (docs/security.md; ARGS=offline asks nobody)
	@$(PYTHON_IN_VENV) -m scripts.audit $(ARGS)

clean: ## Remove all that the other commands made
	rm -rf .venv .venv-learn .audit .provider .coverage *.egg-info .setup.lock models .rasa .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +

setup:
	@$(ANY_PYTHON) -m scripts.setup run

setup-test:
	@$(ANY_PYTHON) -m scripts.setup test
