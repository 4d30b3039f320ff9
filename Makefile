# Everything CI runs, for people: `make check`. PYTHON is the interpreter of the environment to use.
PYTHON ?= python

.PHONY: check static lint types imports rules cases prove test coverage slow meaning thorough slow-list benchmark

check:
	$(MAKE) --no-print-directory -j 2 static
	$(MAKE) --no-print-directory coverage slow

# What is found without running the tests.
static: lint types imports rules cases

lint:
	$(PYTHON) -m ruff format --check engine tests
	$(PYTHON) -m ruff check engine tests

types:
	$(PYTHON) -m mypy

imports:
	$(PYTHON) -c "from importlinter.cli import lint_imports_command; lint_imports_command()"

rules:
	$(PYTHON) -m decidua rules check

# Proves the shipped rulebook. The tests do the same and hold it to two minutes, so 'check' need not.
prove:
	$(PYTHON) -m decidua rules prove

# Worked cases, and every small change to every rule: each must be noticed by a case.
cases:
	$(PYTHON) -m decidua rules test

# All tests, at once. Those on Spark share one session, so one process runs them all.
test:
	$(PYTHON) -m pytest -n 2 -q --dist loadgroup

# Branch coverage, over the tests that add to it; then the others without, since it doubles their time
# (tests/conftest.py). Some of these wait for processes of their own, so three share two cores.
coverage:
	$(PYTHON) -m pytest -n 2 -q --dist loadgroup -m "not slow" --cov --cov-report=term --cov-fail-under=95

slow:
	$(PYTHON) -m pytest -n 3 -q --dist loadgroup -m slow

# What may differ between releases of Python: the meaning, what is read, every shipped profile. The rest runs once.
meaning:
	$(PYTHON) -m decidua rules check
	$(PYTHON) -m decidua assess profiles/*.yaml --format json > /dev/null
	$(PYTHON) -m pytest -n 2 -q tests/spec tests/unit/test_verdicts.py tests/unit/test_facts.py \
	  tests/unit/test_profile.py tests/unit/test_document.py tests/unit/test_book.py tests/unit/test_reference.py

# The generated tests with twenty times the examples, others each time: for a long evening, not for CI.
thorough:
	DECIDUA_EXAMPLES=20 $(PYTHON) -m pytest -n 2 -q --dist loadgroup tests/generative

# Lists anew the tests that coverage is not measured over (tests/slow.txt).
slow-list:
	$(PYTHON) tests/benchmarks/slow.py

benchmark:
	$(PYTHON) -m pytest tests/benchmarks --benchmark-enable --benchmark-only
	$(PYTHON) tests/benchmarks/start.py
