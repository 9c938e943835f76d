# The whole project by name. `make run` and `make test` need nothing on the machine but Python 3.11 and its registries.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.installed
LISTS := requirements/runtime.txt requirements/embedded.txt requirements/dev.txt
# The kits start many processes: what one has compiled, the others read, whatever the shell at hand forbids.
unexport PYTHONDONTWRITEBYTECODE
# A file's tests stay together, in the order of the folders: the browser's, the longest, are not left for the end.
SHARED_OUT := -n auto --dist loadfile --no-loadscope-reorder
APPS := rcm_site denials remittances claims eligibility patients ledger clearinghouse workbench reference audit tenancy x12

.PHONY: help setup run demo migrations test test-fast check lint fix types arch django templates bench soak shell lock clean

help:  ## what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/	/' | expand -t 14

setup: $(READY)  ## the environment alone

$(READY): $(LISTS)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; name one: make PYTHON=/path/to/python3.11")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing the environment into $(VENV) (about a minute)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes $(addprefix -r ,$(LISTS))
	@touch $(READY)

run: $(READY)  ## servers, migrations, demo data, web, worker and beat; Ctrl-C stops all
	$(BIN)/python manage.py workbench

test:  ## everything CI runs: checks, two at a time, then all tests
	@$(MAKE) --no-print-directory --jobs 2 check
	$(BIN)/python -m pytest $(SHARED_OUT) -q

test-fast: $(READY)  ## the tests without a browser
	$(BIN)/python -m pytest $(SHARED_OUT) -q -m "not browser" --ignore tests/browser

check: types lint arch django templates  ## lint, format, types, import contracts, migrations, templates

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

fix: $(READY)  ## let the formatters mend what they can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	git ls-files -z 'templates/*.html' '*/templates/*.html' | xargs -0 -r $(BIN)/djade --target-version 5.2

types: $(READY)
	$(BIN)/mypy $(APPS)

arch: $(READY)
	$(BIN)/lint-imports

django: $(READY)
	$(BIN)/python manage.py check
	$(BIN)/python manage.py makemigrations --check --dry-run

templates: $(READY)
	git ls-files -z 'templates/*.html' '*/templates/*.html' | xargs -0 -r $(BIN)/djade --target-version 5.2 --check

bench: $(READY)  ## benchmarks as ratios, into var/bench.json; ONLY=name runs some, CHECK=1 fails on a missed limit
	$(BIN)/python -m bench $(if $(ONLY),--only '$(ONLY)') $(if $(CHECK),--check)

soak: $(READY)  ## the long kits: faults, the whole tenant matrix, damaged inputs; PART=FILE runs one, RCM_SOAK_MINUTES bounds it
	RCM_SOAK=1 $(BIN)/python -m pytest $(SHARED_OUT) -v -m soak --durations=25 $(PART)

shell: $(READY)  ## a Python shell with the application loaded
	$(BIN)/python manage.py shell

lock: $(READY)  ## compile the hashed lists from requirements/*.in
	cd requirements && for list in runtime embedded dev; do \
	  ../$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header -o $$list.txt $$list.in || exit 1; done

clean:  ## forget the private servers' data, demo data and caches
	@$(PYTHON) -c 'from rcm_site.engines.places import home, var_folder; print(home(), var_folder(), sep="\n")' \
	  | while IFS= read -r folder; do echo "rm -rf $$folder"; rm -rf "$$folder"; done
	rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
