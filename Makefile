# Two commands do all their own set-up:
#   make run     the app on localhost (LIGHT=1: without EasyOCR and its torch)
#   make test    every check and every test (LIGHT=1: in the light environment)

PYTHON ?= $(firstword $(shell command -v python3.11 python3))
PORT ?= 8501
SHELL := /bin/bash

ifdef LIGHT
VENV := .venv-light
REQUIREMENTS := requirements-core.txt
else
VENV := .venv
REQUIREMENTS := requirements.txt
endif
BIN := $(VENV)/bin

.PHONY: run test quick check bend coverage docs light environment development system screens requirements

run: environment
	$(BIN)/python -m streamlit run app.py --server.address 127.0.0.1 --server.port $(PORT) \
	    --server.headless $(if $(DISPLAY)$(WAYLAND_DISPLAY),false,true)

# First the whole way in the light environment, then in the full one in a real browser, then all
# other tests, on every core.
test: development check
ifndef LIGHT
	$(MAKE) light
endif
	$(BIN)/python -m pytest -n auto --dist loadfile -m browser tests/browser
	$(BIN)/python -m pytest -n auto -m "not browser"

# What depends on the installed engines: the way from a photo to a bundle and its public edition.
light:
	$(MAKE) development LIGHT=1
	.venv-light/bin/python -m pytest -q -m browser tests/browser/test_public_edition.py \
	    tests/browser/test_the_whole_way.py::test_from_upload_to_a_bundle_that_verifies

# The list that `make test`, pre-commit and CI share.
check: development
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# For every few minutes, in less than one: the checks, and the tests that wait for nothing.
QUICK := tests/unit/values tests/unit/words tests/unit/workbench/rules tests/unit/workbench/report \
	tests/unit/catalog tests/unit/vision/test_shapes.py tests/test_layout.py tests/test_imports.py \
	tests/test_docs.py tests/test_claims.py
quick: check
	$(BIN)/python -m pytest -q -n auto $(QUICK)

# Which branches of the rules their own tests take.
coverage: development
	$(BIN)/python -m tools.coverage

# The documentation as a site, in out/site.
docs: development
	$(BIN)/zensical build --strict

# Bend each rule in turn and see that a test fails. RULES="roles policy" bends some, JOBS=4 as many
# at once; a run that was stopped continues where it was.
JOBS ?= 2
bend: development
	nice $(BIN)/python -m tools.bend --jobs $(JOBS) $(RULES)

environment:
	@$(PYTHON) tools/environment.py $(VENV) $(REQUIREMENTS)

development: system
	@$(PYTHON) tools/environment.py $(VENV) $(REQUIREMENTS) requirements-dev.txt

system:
	@$(PYTHON) tools/environment.py --system

# Take the screenshots that the README shows again, on a store of their own.
screens: development
	$(BIN)/python -m ui.screenshots docs/screens

# Compile the pinned lists again after a change in pyproject.toml.
COMPILE := $(BIN)/uv pip compile -q pyproject.toml --universal --generate-hashes --python-version 3.11 \
	    --no-header --no-annotate --no-emit-index-url
requirements: development
	$(COMPILE) -o requirements-core.txt
	$(COMPILE) -o requirements.txt --extra easyocr --group test
	$(COMPILE) -o requirements-dev.txt --group dev
