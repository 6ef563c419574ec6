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

.PHONY: run test check light environment development system screens

run: environment
	$(BIN)/python -m streamlit run app.py --server.address localhost --server.port $(PORT)

# The light environment walks the whole way first; pytest's own closing line comes last.
test: development check
ifndef LIGHT
	$(MAKE) light
endif
	$(BIN)/python -m pytest

light:
	$(MAKE) development LIGHT=1
	.venv-light/bin/python -m pytest -q -m browser tests/browser

# The list that `make test`, pre-commit and CI share.
check: development
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

environment:
	@$(PYTHON) tools/environment.py $(VENV) $(REQUIREMENTS)

development: system
	@$(PYTHON) tools/environment.py $(VENV) $(REQUIREMENTS) requirements-dev.txt

system:
	@$(PYTHON) tools/environment.py --system

# Anew, from a store of their own: the pictures of the screens that the README shows.
screens: development
	$(BIN)/python -m ui.screenshots docs/screens
