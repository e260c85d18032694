# The two commands: make demo, make test. The rest serves those who work on Kaoping.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
BENCH := .venv-bench/.ready
FUZZ := .venv-fuzz/.ready
SPARK := .venv-spark/.ready
BROWSER := .venv-browser/.ready
# What looks for what some readers cannot use, from the npm registry; tests/browser/test_pages.py names the same.
AXE := 4.14.1
API := .venv-api/.ready
# How many inputs `make fuzz` tries, and for how long at most; the whole is `make fuzz SECONDS=7200`.
INPUTS := 100000
SECONDS := 60

.PHONY: demo test test-slow test-long peers fuzz spark browser pictures api lint types map bench bench-smoke clean

demo: $(READY)
	$(BIN)/kaoping demo

test: $(READY)
	$(BIN)/python -m pytest -m "not slow" -n auto

test-slow: $(READY)
	$(BIN)/python -m pytest -m "slow and not long" -n auto

# The slow laws at their whole breadth: hours. The first part of each is in test-slow.
test-long: $(READY)
	$(BIN)/python -m pytest -m long -n auto

# That other programs open the exports: PM4Py and DuckDB, in an environment of their own.
peers: $(READY) $(BENCH)
	KAOPING_PM4PY=.venv-bench/bin/python $(BIN)/python -m pytest tests/kaoping/test_peers.py

# That no reader meets an input at which it ends in a traceback, hangs or grows: as many as there is time for.
fuzz: $(FUZZ)
	.venv-fuzz/bin/python -m tests.fire.fuzz --inputs $(INPUTS) --seconds $(SECONDS) --faults .fuzz

# That a cluster of one's own gives the same scores, also when a worker dies: needs Java 17.
spark: $(SPARK)
	.venv-spark/bin/python -m pytest tests/cluster -m "not long"

# Every page of the desk in Chromium (Debian's, chromium), and a month worked through in it: by mouse, by keys, without scripts.
browser: $(BROWSER)
	.venv-browser/bin/python -m pytest tests/browser

# The pictures in docs/pictures taken anew, to be looked at: needs pngquant.
pictures: $(BROWSER)
	.venv-browser/bin/python -m tests.browser.pictures

# That the JSON of the desk is as its description says, whatever is asked (schemathesis, in an environment of its own).
api: $(READY) $(API)
	KAOPING_SCHEMATHESIS=.venv-api/bin/schemathesis $(BIN)/python -m pytest tests/api

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy

map: $(READY)
	$(BIN)/python -m tests.house_map

# Beside its peers, at full size; docs/performance.md is written anew.
bench: $(BENCH)
	.venv-bench/bin/python -m bench.derive --page
	.venv-bench/bin/python -m bench.clock --page
	.venv-bench/bin/python -m bench.scoring
	.venv-bench/bin/python -m bench.history
	.venv-bench/bin/python -m bench.append
	.venv-bench/bin/python -m bench.desk
	.venv-bench/bin/python -m bench.mirror

# That every bench runs to its end, at a size that measures nothing; it writes nothing.
bench-smoke: $(BENCH)
	.venv-bench/bin/python -m bench.derive --sizes 1000 --rounds 1
	.venv-bench/bin/python -m bench.clock --spans 1000 --budget 0.5 --rounds 1
	.venv-bench/bin/python -m bench.scoring --tickets 1000 --units 5
	.venv-bench/bin/python -m bench.history --tickets 1000
	.venv-bench/bin/python -m bench.append --tickets 1000 --rounds 1
	.venv-bench/bin/python -m bench.desk --tickets 1000 --readers 10 --seconds 3 --requests 200 --added 100 --pause 0.1
	.venv-bench/bin/python -m bench.mirror --tickets 1000 2000 --rounds 1

$(BENCH): pyproject.toml constraints.txt bench/requirements.txt
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/python -m pip install --quiet -c constraints.txt -e ".[desk]" -r bench/requirements.txt
	touch $(BENCH)

# Atheris has no wheel for every system: where it cannot be installed, the structured inputs alone are tried.
$(FUZZ): pyproject.toml constraints.txt tests/fire/requirements.txt
	$(PYTHON) -m venv .venv-fuzz
	.venv-fuzz/bin/python -m pip install --quiet -c constraints.txt -e ".[test]"
	.venv-fuzz/bin/python -m pip install --quiet -r tests/fire/requirements.txt || echo "Atheris could not be installed"
	touch $(FUZZ)

$(SPARK): pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv-spark
	.venv-spark/bin/python -m pip install --quiet -c constraints.txt -e ".[test,spark]"
	touch $(SPARK)

# Where there is no npm the tests with axe skip.
$(BROWSER): pyproject.toml constraints.txt tests/browser/requirements.txt
	$(PYTHON) -m venv .venv-browser
	.venv-browser/bin/python -m pip install --quiet -c constraints.txt -e ".[test]" -r tests/browser/requirements.txt
	mkdir -p .venv-browser/axe
	cd .venv-browser/axe && npm pack --silent axe-core@$(AXE) && tar -xzf axe-core-$(AXE).tgz --strip-components=1 package/axe.min.js || \
		echo "axe-core could not be fetched"
	touch $(BROWSER)

$(API): tests/api/requirements.txt
	$(PYTHON) -m venv .venv-api
	.venv-api/bin/python -m pip install --quiet -r tests/api/requirements.txt
	touch $(API)

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet -c constraints.txt -e ".[test]"
	touch $(READY)

clean:
	rm -rf $(VENV) .venv-bench .venv-fuzz .venv-spark .venv-browser .venv-api .fuzz .demo .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist
