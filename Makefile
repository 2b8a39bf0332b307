# Needs git, GNU make, and Python 3.11 or later with venv. `make` alone says what there is.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

# A venv whose Python has gone, or that was made in another folder (its scripts have the old path
# in them), counts as not made.
$(shell [ "$$(cat $(READY) 2>/dev/null)" = "$(CURDIR)" ] && $(BIN)/python -c '' 2>/dev/null \
	|| rm -f $(READY))

# What Python has compiled is kept here, whatever the environment says: without, each of the test
# processes would compile all tests anew, and each start all of the project.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run test coverage lint accuracy bench chaos screenshots

help: ## Say what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(READY) ## Run everything on this machine; PORT=5001 make run: on another port
	@exec $(BIN)/python manage.py dev

# In four processes, for many tests wait for others; a file's tests stay together, with its servers.
# In the order that tests/conftest.py gives the files.
TESTS := $(BIN)/python -m pytest -n 4 --dist loadfile --no-loadscope-reorder

test: $(READY) ## Run all tests; make test ARGS="tests/unit -x": some of them
	@exec $(TESTS) $(ARGS)

# By itself, for to watch takes a quarter of the time again (tests/measured.py). What programs that
# ended too late for the last time may have left is not to be added up.
coverage: $(READY) ## Run all tests, and say which of our lines and branches ran; under 95 % fails
	@rm -f .coverage .coverage.*
	@exec $(TESTS) --cov

lint: $(READY) ## Check style and types
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy

accuracy: $(READY) ## Compare with what a browser shows; PAGES=FOLDER ARGS="--worst 20"
	@$(if $(PAGES),,echo "Say which pages: make accuracy PAGES=FOLDER (docs/BENCH.md says of what kind)" >&2; exit 1;) \
	$(BIN)/python -m bench.accuracy "$(PAGES)" $(ARGS)

bench: $(READY) ## Measure counting and the running system; ARGS="--only journey": a part of it
	@exec $(BIN)/python -m bench $(addprefix --pages ,$(or $(PAGES),$(wildcard ../shared/pages))) $(ARGS)

chaos: $(READY) ## Kill all processes again and again; no count may suffer. ARGS="--seed 7"
	@exec $(BIN)/python -m chaos $(ARGS)

screenshots: $(READY) ## Take the pictures of the documentation anew (with Chromium)
	@exec $(BIN)/python -m dev.screenshots $(ARGS)

# The mark is written last, so a setup that was interrupted is done again, from nothing.
$(READY): requirements.txt requirements-dev.txt
	@fail() { echo "$$1" >&2; exit 1; }; \
	command -v "$(PYTHON)" >/dev/null \
		|| fail "$(PYTHON) is missing. Install it: apt install python3 python3-venv"; \
	"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| fail "$$("$(PYTHON)" --version) is too old, 3.11 is needed. Another one: make PYTHON=python3.12 ..."; \
	"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null \
		|| fail "Python's venv is missing. Install it: apt install python3-venv"; \
	echo "Setting up (once, a minute or two; more on a slow network)..."; \
	rm -rf .venv && "$(PYTHON)" -m venv .venv \
		|| fail "Could not make .venv; the reason is above."; \
	$(BIN)/python -m pip install -qq --disable-pip-version-check --no-input \
		-r requirements-dev.txt \
		|| fail "Could not install what the project needs; the reason is above. Is there a network?"; \
	printf '%s' "$(CURDIR)" > $@
