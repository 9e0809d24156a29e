# Two commands matter to a newcomer: `make demo` and `make test`. Both call `make setup` first.
PY := .venv/bin/python
UV := .venv/bin/uv
MAKEFLAGS += --jobs=2
unexport PYTHONDONTWRITEBYTECODE  # some machines set it: then every process compiles all sources anew

.PHONY: setup demo test check types form bench docs lock console

setup: .venv/ready console

.venv/ready: pyproject.toml requirements.txt setup.py
	python3 -m venv .venv
	$(PY) -m pip install --quiet --disable-pip-version-check uv
	$(UV) pip install --quiet --python $(PY) -r requirements.txt
	$(UV) pip install --quiet --python $(PY) --no-deps -e .
	touch $@

console: .venv/ready
	$(PY) console/build.py

demo: setup .venv/rehearsed
	.venv/bin/citywide demo

.venv/rehearsed: .venv/ready
	$(PY) -m citywide.commands.rehearsal
	touch $@

# One thread a worker: threads of matrices would fight for the cores.
test: setup .venv/rehearsed
	OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 $(PY) -m pytest -n 2 --dist loadfile

check: types form

types: .venv/ready
	NODE_OPTIONS=--max-semi-space-size=64 .venv/bin/pyright --threads 2

form: .venv/ready
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/lint-imports
	.venv/bin/citywide check
	$(PY) docs/build.py --check

bench: setup
	$(PY) -m benchmarks all

docs: .venv/ready
	$(PY) docs/build.py

lock:
	$(UV) pip compile --universal --generate-hashes --no-emit-index-url --no-emit-find-links --group dev --group bench --quiet pyproject.toml -o requirements.txt
