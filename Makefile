# make book, make test: both do all the set-up, in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
export OMP_NUM_THREADS ?= 1

help:  ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

$(READY): pyproject.toml setup.py constraints.txt tools/install.py
	@$(PYTHON) tools/install.py $(VENV)
	@touch $@

book: $(READY)  ## build the book from the outputs stored in its notebooks
	@$(BIN)/jupyter-book build book/ -W -n --keep-going --all -q
	@echo "the book: $(CURDIR)/_build/html/index.html"

pdf: book  ## the whole book on paper, _build/book.pdf; needs Chromium or Chrome
	@$(BIN)/python tools/pdf.py

plain: $(READY)  ## the notebooks without MyST that the launch buttons open, in _plain/
	@$(BIN)/python tools/plain.py

test: $(READY)  ## unit tests, every notebook run again and compared, checks of the built book
	$(BIN)/pytest

execute: $(READY)  ## run notebooks and store their outputs: all, or NB=book/losses/bce.ipynb
	$(BIN)/python tools/execute.py $(NB)

serve: book  ## build the book and show it at http://localhost:8000
	$(BIN)/python -m http.server 8000 --bind localhost --directory _build/html

lint: $(READY)  ## style, spelling and types
	$(BIN)/ruff check .
	$(BIN)/codespell
	$(BIN)/mypy

clean:  ## remove what was built, and the environment
	rm -rf $(VENV) _build _plain build dist *.egg-info .pytest_cache .ruff_cache .mypy_cache .coverage

.DEFAULT_GOAL := help
.PHONY: help book pdf plain test execute serve lint clean
