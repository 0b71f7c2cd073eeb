# Two commands on a fresh machine: `make run` and `make test`. `make help` lists the rest.
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
NAME ?=
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes

.PHONY: help run test check bench format lock browser clean models

help:
	@grep -E '^[a-z]+:.*#' $(MAKEFILE_LIST) | sed -E 's/:.*# /\t/' | expand -t 10

run: .venv/run.stamp  # serve the site on http://$(HOST):$(PORT)
	@$(BIN)/python manage.py fetch_model
	@$(BIN)/python manage.py serve --host $(HOST) --port $(PORT)

test: models  # run the whole suite (PYTEST=... for a part of it)
	$(BIN)/python -m pytest -n auto --dist loadfile $(PYTEST)

check: models  # lint, format, types, arrows, migrations, deployment settings
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py spectacular --validate --fail-on-warn --file /dev/null
	DJANGO_SETTINGS_MODULE=posesite.settings.production ALLOWED_HOSTS=posesite.example \
	  SECRET_KEY=$$($(BIN)/python -c "import secrets; print(secrets.token_urlsafe(64))") \
	  $(BIN)/python manage.py check --deploy --fail-level WARNING

bench: models  # measure every figure (NAME=upload for one)
	@$(BIN)/python benchmarks/run_all.py $(NAME)

format: .venv/dev.stamp  # put the code into shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: .venv/dev.stamp  # pin requirements*.in anew
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	  --custom-compile-command "make lock" requirements.in -o requirements.txt
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	  --custom-compile-command "make lock" -c requirements.txt requirements-dev.in -o requirements-dev.txt

browser:  # install what the browser tests drive (Debian, as root)
	command -v chromium >/dev/null || { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; }

clean:  # remove the virtual environment; data under var/ stays
	rm -rf .venv

# Both bundles, where tests and benchmarks look for them.
models: .venv/dev.stamp
	@DJANGO_SETTINGS_MODULE=posesite.settings.testing $(BIN)/python manage.py fetch_model
	@DJANGO_SETTINGS_MODULE=posesite.settings.testing $(BIN)/python manage.py fetch_model --unpruned

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed (PYTHON=python3.12 make run chooses one)."; exit 1; }
	$(PYTHON) -m venv .venv

.venv/run.stamp: requirements.txt | .venv/bin/python
	$(PIP) -r requirements.txt
	@touch $@

.venv/dev.stamp: requirements.txt requirements-dev.txt | .venv/bin/python
	$(PIP) -r requirements-dev.txt
	@touch .venv/run.stamp $@
