# Two commands do everything on a fresh machine: `make demo` and `make test`.
# Each makes .venv and installs what it needs; the second time that is a look at a time stamp.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DEMO := demo
# Two processes: what two cores and 8 GiB hold; the largest networks take 3 GiB each.
TESTS := $(BIN)/pytest -n 2 --dist worksteal

.PHONY: help demo test test-slow services services-stop soak bench lint clean
help:
	@echo "make demo       draw images, check, draw, search and compare a U-Net (under 5 minutes)"
	@echo "make test       ruff, mypy, import-linter and the fast tests (under 8 minutes)"
	@echo "make test-slow  the slow tests (under 40 minutes)"
	@echo "make services   a PostgreSQL on loopback and a browser for the slow tests; make services-stop ends it"
	@echo "make soak       what belongs overnight"
	@echo "make bench      the benchmarks; each prints a median and a ratio"

$(READY): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade pip
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[dev]"
	@touch $@

# The whole way on images that it draws itself; each line is a command to try on images of yours.
demo: export ARCHFORGE_CACHE := $(DEMO)/cache
demo: $(READY)
	rm -rf $(DEMO)
	$(BIN)/archforge data synth $(DEMO)/nuclei --count 80 --size 96
	$(BIN)/archforge data inspect $(DEMO)/nuclei
	$(BIN)/archforge check unet
	$(BIN)/archforge draw unet --preset tutorial -o $(DEMO)/unet.svg
	$(BIN)/archforge search unet --preset tutorial --set size=96 --data $(DEMO)/nuclei \
	  --search filters=4..12:4 --search depth=2..3 --trials 4 --epochs 24 --batch-size 4 -o $(DEMO)/search
	$(BIN)/archforge compare $(DEMO)/search/best.yaml unet:tutorial --set size=96 \
	  --data $(DEMO)/nuclei --epochs 24 --batch-size 4 -o $(DEMO)/compare
	@echo
	@echo "Look at:"
	@find $(DEMO) -name cache -prune -o \( -name '*.png' -o -name '*.svg' \) -print \
	  | grep -v -e /nuclei/ -e /trials/ | sort | sed 's/^/  /'

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: lint
	$(TESTS)

# Where no PostgreSQL or Chromium can be had, services.sh says so and the tests that need it are
# skipped.
test-slow: $(READY)
	-sh tests/services.sh start
	$(TESTS) -m slow; status=$$?; sh tests/services.sh stop; exit $$status

# A PostgreSQL on loopback for the tests marked `cluster`, and Chromium for those of pages; running
# it again changes nothing.
services:
	sh tests/services.sh start

services-stop:
	sh tests/services.sh stop

soak: $(READY)
	$(BIN)/pytest -m soak

bench: $(READY)
	for file in startup check analysis build train_step pipeline predict; do $(BIN)/python benchmarks/$$file.py || exit 1; done

clean:
	rm -rf $(DEMO) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
