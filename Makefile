# `make demo` shows Makegood over a rehearsal Zendesk; `make test` runs every check. Both set themselves up.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
SDK := tests/rehearsal/sdk
DATA ?= ../shared/data

.PHONY: help install demo test bench soak evaluate pictures requirements clean

help:
	@echo "make install   the packages alone, pinned and hashed, for a machine that shall serve"
	@echo "make demo      a rehearsal Zendesk with years of history, and Makegood next to it"
	@echo "make test      lint, types and all tests, the browser's included"
	@echo "make bench     figures: webhooks, sidebar, follow-ups, import; with the machine and the peers in the same run"
	@echo "make soak      1,000 complaints through faults and kill -9, and what came out"
	@echo "make evaluate  how well complaints, languages, letters and repeats are told, on labelled texts"
	@echo "make pictures  photographs of every state, in both colours, narrow and wide, in a folder that git ignores"
	@echo "make requirements   pin the dependencies anew"

install: $(VENV)/.run

demo: $(VENV)/.run
	$(BIN)/makegood demo

test: $(VENV)/.dev $(SDK)/build/.done
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/makegood templates lint
	$(BIN)/makegood policies lint
	$(BIN)/python -m pytest

bench: $(VENV)/.dev
	$(BIN)/python -m tests.bench

soak: $(VENV)/.dev
	$(BIN)/python -m tests.soak

# The labelled texts are not part of the project; the model card says where they come from.
evaluate: $(VENV)/.dev
	$(BIN)/python -m integration.evaluate.development --data $(DATA)

pictures: $(VENV)/.dev
	$(BIN)/python -m tests.pictures

# --no-deps: everything is in the pinned, hashed list already.
$(VENV)/.run: requirements.txt pyproject.toml
	@echo "Setting up Python packages in $(VENV): a minute or two, once."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.run
	@echo "Setting up what the tests need besides: another minute, once."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@tests/system-packages.sh $(BIN)/python
	@touch $@

$(SDK)/build/.done: $(SDK)/package-lock.json $(SDK)/build.sh $(VENV)/.dev
	@cd $(SDK) && npm ci --silent --no-audit --no-fund && ./build.sh
	@touch $@

requirements:
	$(BIN)/python -m pip install --quiet pip-tools
	$(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --extra build \
	  --no-emit-index-url --no-emit-find-links --no-emit-trusted-host -o requirements.txt pyproject.toml
	$(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --extra build --extra dev --extra train -c requirements.txt \
	  --no-emit-index-url --no-emit-find-links --no-emit-trusted-host -o requirements-dev.txt pyproject.toml

clean:
	rm -rf $(VENV) $(SDK)/node_modules $(SDK)/build integration/web/editor/node_modules .mypy_cache .ruff_cache .pytest_cache
