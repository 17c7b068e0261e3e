# Everything a person does here, one recipe each. Needs Python 3.11+ and make; nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SERVE ?=
QUESTIONS ?=
# Tests start hundreds of processes, of which each would compile all of Rembug anew.
unexport PYTHONDONTWRITEBYTECODE
SIDE_BY_SIDE := -n auto --maxprocesses 4 --dist loadfile

.PHONY: serve check test lint format bench setup clean screenshots translations

# Set everything up, then serve the shipped study; SERVE='--port 9000' passes options on.
serve: $(VENV)/.run
	@exec $(BIN)/rembug serve $(SERVE)

# Set everything up, then run every test, the files of tests side by side on the cores there are.
test: $(VENV)/.dev $(VENV)/w3c $(VENV)/npm
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) $(TESTS)

# What to run while working: the code, and the tests that need no service and no large store.
check: lint
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) tests/linking tests/privacy tests/settings tests/sources tests/graph/index \
		tests/graph/test_query_faults.py tests/queries/test_catalogue.py tests/ontology/test_integrity.py

# What CI asks of the code besides the tests: style, types, and which room may import which.
lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

# Put the code into its one layout.
format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The rules against a general reasoner, the gate against whole validation, a large project against a
# small one, normal queries beside runaways, lists and search over many studies against one, a folder
# of studies against pySHACL, `oxigraph load` and owlrl, ready questions and pages beside other servers.
# Ratios of one run; a million statements: QUESTIONS='--studies 350 --interviews 6'.
bench: $(VENV)/.dev
	$(BIN)/python benchmarks/entailment.py
	$(BIN)/python benchmarks/gate.py
	$(BIN)/python benchmarks/coded.py
	$(BIN)/python benchmarks/runaways.py
	$(BIN)/python benchmarks/index.py
	$(BIN)/python benchmarks/cells.py
	$(BIN)/python benchmarks/siblings.py
	$(BIN)/python benchmarks/load.py
	$(BIN)/python benchmarks/rebuild.py $(REBUILD)
	$(BIN)/python benchmarks/questions.py $(QUESTIONS)
	$(BIN)/python benchmarks/small.py $(SMALL)
	$(BIN)/python benchmarks/scale.py $(SCALE)

# What the help of commands says in Indonesian, as gettext reads it.
translations: $(VENV)/.run
	$(BIN)/pybabel compile --statistics -D rembug -d src/rembug/locale

# A picture of every kind of page, in both languages, on a phone and a desk, light and dark.
screenshots: $(VENV)/.dev
	$(BIN)/python -m pytest -q tests/journeys/screenshots.py

# The environment for development, without running anything.
setup: $(VENV)/.dev

# The build (hatch_build.py) brings the scripts of the pages from npm; pages do without them.
$(VENV)/.run: pyproject.toml constraints.txt package-lock.json hatch_build.py
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@test -d src/rembug/web/static/built || echo "npm could not be reached: the SPARQL page has a plain form"
	@touch $@

$(VENV)/.dev: $(VENV)/.run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

# The W3C's test suites, which the source archive of rdflib carries.
$(VENV)/w3c: constraints.txt | $(VENV)/.dev
	@rm -rf $@ $(VENV)/archive
	@$(BIN)/python -m pip download --quiet --disable-pip-version-check --no-deps --no-binary rdflib \
		-c constraints.txt -d $(VENV)/archive rdflib
	@$(BIN)/python -m tarfile -e $(VENV)/archive/rdflib-*.tar.gz $(VENV)/archive
	@mv $(VENV)/archive/rdflib-*/test/data/suites/w3c $@
	@rm -rf $(VENV)/archive
	@touch $@

# What only tests need of npm: axe, which finds what keeps people from using a page.
$(VENV)/npm: package-lock.json | $(VENV)/.dev
	@rm -rf $@ && mkdir $@ && cp package.json package-lock.json .npmrc $@
	@cd $@ && ../bin/npm ci --silent
	@touch $@

# Forget the environment and every cache; the store is left alone.
clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
