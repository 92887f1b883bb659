# make run    opens the program on its sample project (without a display: draws its tour into out/tour)
# make test   checks style and types, then runs all tests
# make lint   style and types only
# make bench  measures the overlay and the pose fit
# make pictures  draws the tour anew and keeps the pictures of the pages
# make docs   writes the generated pages anew and builds all of them to build/docs/html
# make bundle makes the folder dist/outsole, a program that needs no Python; make bundle SMALL=1 leaves the network out
# make deb    the same as a Debian package
# make setup  prepares this machine and .venv; the targets above do it themselves, and the second time it costs nothing
# make clean  removes what was made, except .venv

SHELL := /bin/sh
.DEFAULT_GOAL := run
ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
else
BIN := .venv/bin
endif
# One numeric thread a process: two test processes on two cores gain nothing from more, and lose to contention.
ONE_THREAD := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1 NUMBA_NUM_THREADS=1

.PHONY: run test lint bench pictures docs bundle deb setup setup-test check-style clean

run: setup
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ] || [ "$$OS" = Windows_NT ] || [ "$$(uname -s)" = Darwin ]; then \
		exec $(BIN)/outsole sample; \
	else \
		echo "There is no display: drawing the tour instead of opening a window."; \
		$(BIN)/outsole tour out/tour && echo "The pictures are in $(CURDIR)/out/tour"; \
	fi

test: setup-test
	@status=0; \
	$(MAKE) --no-print-directory check-style || status=1; \
	QT_QPA_PLATFORM=offscreen $(ONE_THREAD) $(BIN)/python -m pytest -q -n 2 || status=1; \
	exit $$status

lint: setup check-style

check-style:
	@status=0; \
	$(BIN)/ruff check . || status=1; \
	$(BIN)/ruff format --check . || status=1; \
	$(BIN)/mypy || status=1; \
	$(BIN)/mypy packaging/*.py || status=1; \
	exit $$status

pictures: setup
	$(BIN)/python docs/refresh_pictures.py

docs: setup
	@QT_QPA_PLATFORM=offscreen $(BIN)/python docs/write_reference.py
	@$(BIN)/python -m sphinx -q -W --keep-going -E -a -b html -d build/docs/doctrees docs build/docs/html
	@echo "The pages are in $(CURDIR)/build/docs/html/index.html"

bundle: setup
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt "pyinstaller>=6.11,<7"
	@$(BIN)/python packaging/make_bundle.py $(if $(SMALL),--without-torch)

deb: bundle
	@$(BIN)/python packaging/make_deb.py dist/outsole

bench: setup
	@$(BIN)/outsole bench overlay
	@$(BIN)/outsole bench fit

setup:
	@sh packaging/setup_environment.sh --for run

setup-test:
	@sh packaging/setup_environment.sh --for test

clean:
	rm -rf build dist out outsole.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find core gui tests packaging -name __pycache__ -type d -prune -exec rm -rf {} +
	@echo "The environment .venv stays; remove it by hand to have it made anew."
