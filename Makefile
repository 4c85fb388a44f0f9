# The commands of everyday. Everything sets itself up in .venv; the second time is quick.

PYTHON ?= python3.11
VENV   := .venv
BIN    := $(VENV)/bin
PLUGINS := $(wildcard plugins/*/pyproject.toml)

.PHONY: setup demo test test-peers peers lint types floors check bench wheels clean

setup: $(VENV)/.complete

$(VENV)/.complete: Makefile constraints.txt pyproject.toml $(PLUGINS)
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || tools/install-venv
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt \
		--editable '.[dev,postgresql]' $(foreach plugin,$(PLUGINS),--editable $(dir $(plugin)))
	@touch $@

demo: setup
	$(BIN)/hub demo

test: setup
	$(BIN)/python -m pytest

peers: setup
	tools/peers up

test-peers: peers
	$(BIN)/python -m pytest tests/peers

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup
	$(BIN)/mypy hub
	@for plugin in $(notdir $(patsubst %/,%,$(dir $(PLUGINS)))); do \
		echo "mypy $$plugin"; \
		(cd plugins/$$plugin && MYPYPATH=../.. ../../$(BIN)/mypy --config-file ../../pyproject.toml hub_$$(echo $$plugin | tr - _)) || exit 1; \
	done

floors: setup
	$(BIN)/lint-imports

check: lint types floors test

bench: setup
	$(BIN)/python benchmarks/side.py --all

wheels: setup
	rm -rf dist && mkdir dist
	$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir dist . $(dir $(PLUGINS))

clean:
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
