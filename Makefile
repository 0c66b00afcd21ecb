# `make` lists what can be made. Needs Python >= 3.11 and make; everything else is installed into .venv.

PYTHON ?= python3
VENV ?= .venv
WORKERS ?= 2
NOTEBOOKS ?= cache
DEMO ?= $(BIN)/semivae demo --out demo-output --overwrite

# Installed first and left out of the lock: this version has a small build where other versions bring gigabytes.
TORCH := torch==2.13.0
UV := uv==0.13.8

BIN := $(VENV)/bin
PY := $(BIN)/python
STAMP := $(VENV)/.installed
TOOLS := build/lock
WHEEL := build/wheel

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1
export MPLBACKEND := Agg

# One thread each: the test processes already fill the cores. Neighbors share fixtures, and so stay in one process.
PYTEST := OMP_NUM_THREADS=1 MKL_NUM_THREADS=1 $(PY) -m pytest -n $(WORKERS) --dist worksteal

.PHONY: help setup test wheel demo docs lint pages page browser smoke format slow lock clean
.DEFAULT_GOAL := help

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMP) ## make .venv with the locked dependencies and the package

test: lint ## check the style, then run the quick tests
	$(PYTEST) -q

slow: $(STAMP) ## run the tests that take minutes
	$(PYTEST) -q -m slow

wheel: $(STAMP) ## build the wheel, install it into a clean environment, and fit a model with it there
	rm -rf $(WHEEL)
	$(PY) -m pip wheel -qq --no-deps --no-build-isolation -w $(WHEEL) .
	$(PYTHON) -m venv $(WHEEL)/env
	@awk '/^[a-z][^ ]*==/ {print $$1}' requirements.lock > $(WHEEL)/constraints.txt
	$(WHEEL)/env/bin/python -m pip install -qq -c $(WHEEL)/constraints.txt '$(TORCH)' $(WHEEL)/*.whl
	cd $(WHEEL) && env/bin/semivae fit digits --target label --labels 50 --set epochs=1 --no-compare --out model
	cd $(WHEEL) && env/bin/semivae info model

demo: $(STAMP) ## fit, compare and write a folder, on 1,797 digits of which 50 have a label
	$(DEMO)

lint: $(STAMP) ## check style, types and spelling
	$(PY) -m ruff check -q
	$(PY) -m ruff format -q --check
	$(PY) -m pyright --pythonpath $(PY)
	$(BIN)/codespell

docs: $(STAMP) ## build the site of the documentation into build/site; NOTEBOOKS=off executes none of its pages
	@$(PY) -c 'import furo, latex2mathml, myst_nb' 2> /dev/null || \
		$(PY) -m pip install -qq --upgrade-strategy only-if-needed furo latex2mathml myst-nb
	OMP_NUM_THREADS=2 $(BIN)/sphinx-build -q -W --keep-going -b html -D nb_execution_mode=$(NOTEBOOKS) docs build/site

pages: $(STAMP) ## write docs/models from the docstrings of the models
	$(PY) docs/pages.py

page: ## build the page of the explorer (needs Node.js)
	cd web && npm ci --no-audit --no-fund && npm run -s check && npm run -s build

browser: $(STAMP) page ## open explorer and report in a headless Chromium (on Debian: apt-get install chromium)
	@$(PY) -c 'import playwright' 2> /dev/null || $(PY) -m pip install -qq playwright
	OMP_NUM_THREADS=1 $(PY) -m pytest -q -m browser tests/explorer tests/report

smoke: $(STAMP) ## open one report and one explorer in a headless Chromium; says so where there is none
	@$(PY) -c 'import playwright' 2> /dev/null || $(PY) -m pip install -qq playwright
	OMP_NUM_THREADS=1 $(PY) -m pytest -q -rs -m browser tests/explorer tests/report -k 'digits and (look_label or report)'

format: $(STAMP) ## mend what can be mended by itself
	$(PY) -m ruff check -q --fix
	$(PY) -m ruff format -q

lock: ## write requirements.lock anew (add LOCK_FLAGS=--upgrade to move to newer versions)
	@test -x $(TOOLS)/bin/uv || { $(PYTHON) -m venv $(TOOLS) && $(TOOLS)/bin/python -m pip install -qq $(UV); }
	@echo '$(TORCH)' > $(TOOLS)/torch.txt
	$(TOOLS)/bin/uv pip compile pyproject.toml --extra data --extra images --extra explorer --group build --group test --group lint \
	  --constraints $(TOOLS)/torch.txt --universal --python-version 3.11 --fork-strategy fewest --generate-hashes \
	  --no-annotate --custom-compile-command 'make lock' -q -o requirements.lock $(LOCK_FLAGS)
	@awk '/^[a-z]/ {torch = /^(torch==|triton==|nvidia-|cuda-)/} !torch' requirements.lock > $(TOOLS)/kept.txt
	@cat $(TOOLS)/kept.txt > requirements.lock

clean: ## remove .venv and everything that was made
	rm -rf $(VENV) build dist demo-output .pytest_cache .ruff_cache .hypothesis
	find src tests -name __pycache__ -prune -exec rm -rf {} +

$(STAMP): requirements.lock pyproject.toml Makefile
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null || { \
	  echo 'semivae needs Python 3.11 or newer, and $(PYTHON) is not. Fix: make PYTHON=python3.12' >&2; exit 1; }
	@$(PY) -m pip --version > /dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV) > /dev/null || { \
	  echo '$(PYTHON) cannot make $(VENV). Fix: install its venv module (on Debian: python3-venv)' >&2; exit 1; }
	@echo 'Installing $(TORCH) ...'
	@$(PY) -m pip install -qq '$(TORCH)'
	@echo 'Installing requirements.lock and semivae ...'
	@$(PY) -m pip install -qq --require-hashes --no-deps -r requirements.lock
	@$(PY) -m pip install -qq --no-deps --no-build-isolation -e .
	@$(PY) -m pip check
	@touch $@
