# make demo   sees nl2sql work: sets up, builds, starts a throw-away server, asks questions
# make test   runs every test; make lint, rustfmt, clippy and a look at .ci/Dockerfile
# make test PG_MAJOR=18  the same on that major version, 16 or 18 where the system has none: see .ci/postgresql
# make test-major PG_MAJOR=18 DEBUG=1  what differs between majors alone; DEBUG=1 has the extension built without optimization
# .ci/versions 18  the same as make test PG_MAJOR=18, and writes docs/versions.md
# make test-clients  asks through the clients people use (psql, drivers, dbt, PgBouncer); docs/clients.md has their recipes
# make package  builds the Debian package and the archive for PGXN; make test-package installs, tries and removes the first
# make psql   a shell on the demo's server; make demo-stop ends it
# make install [PG_CONFIG=…]   builds in release mode and installs into that PostgreSQL
# make fuzz [FUZZ_SECONDS=60]   gives random input to the crates that read text from outside, each for so long
# make cancel-latency [FUNCTION=…]  tells which of the server's functions go on after a cancel, and for how long; takes long
# make bench  prints the second table of docs/benchmarks.md
# make eval-linking [STEP=1]  tells how often prompts show what every STEPth question needs, in a catalog of all suites
# make eval-guard  runs the gold statements of the open suites (in $NL2SQL_EVAL, ../shared/eval) through the guard
# make eval  asks the builtin model all their questions and scores its answers; misses go to target/eval

SHELL := /bin/bash
# The extension is built apart for another major version, so that neither build undoes the other. Without optimization they share
# what knows no server.
ifneq ($(PG_MAJOR),)
PG_CONFIG := $(shell .ci/postgresql $(PG_MAJOR))
BUILD_APART = $(if $(DEBUG),,CARGO_TARGET_DIR=$(CURDIR)/target/pg$(PG_MAJOR))
endif
PG_CONFIG_GIVEN := $(PG_CONFIG)
# The newest PostgreSQL with headers. Looked up when used, as `make setup` may only just have installed it.
PG_CONFIG ?= $(lastword $(shell ls -d /usr/lib/postgresql/*/lib/pgxs 2>/dev/null | sort -V | sed 's|lib/pgxs$$|bin/pg_config|'))
PG_MAJOR ?= $(shell $(PG_CONFIG) --version | sed 's/[^0-9]*\([0-9]*\).*/\1/')
FEATURES = --no-default-features --features pg$(PG_MAJOR)
PGTEST_DIR := $(or $(TMPDIR),/tmp)/nl2sql-pgtest
SUDO = $(if $(filter 0,$(shell id -u)),,--sudo)

# pgrx sends backtraces to clients where this is set.
unexport RUST_BACKTRACE
export PG_CONFIG

.PHONY: all setup install demo demo-stop psql lint test unit pgtest regress e2e e2e-major test-major test-clients package test-package test-superset cancel-latency bench eval eval-guard eval-linking fuzz clean
.NOTPARALLEL:
all: install

setup:
	@PG_CONFIG=$(PG_CONFIG_GIVEN) .ci/setup

install: setup
	$(BUILD_APART) cargo pgrx install $(if $(DEBUG),,--release) $(SUDO) --pg-config $(PG_CONFIG) $(FEATURES)
	$(if $(SUDO),sudo )install -m 644 sql/nl2sql--0.1.0.sql $$($(PG_CONFIG) --sharedir)/extension/

demo: install
	cargo build --release --quiet -p nl2sql-e2e --bin model-double
	sql/demo/run start

demo-stop:
	sql/demo/run stop

psql:
	@sql/demo/run psql

lint: setup
	cargo fmt --all --check
	.ci/lint-image
	.ci/versions check
	$(BUILD_APART) cargo clippy --workspace --all-targets $(FEATURES) -- -D warnings

test: unit pgtest regress e2e

unit: setup
	$(BUILD_APART) cargo test --workspace --exclude nl2sql-e2e --lib --test '*' $(FEATURES)

# Installs pgrx's test build into the server's directories; `make install` puts the release build back.
pgtest: setup
	$(BUILD_APART) cargo pgrx test pg$(PG_MAJOR) pg::tests --runas postgres --pgdata $(PGTEST_DIR) $(FEATURES)

regress: install
	tests/regress

e2e: install
	cargo test -p nl2sql-e2e --no-fail-fast

# Most of these tests wait for a server or a clock and need no processor of their own.
e2e e2e-major: export RUST_TEST_THREADS ?= 4

# Left out are tests of models, of the wire to them, of words, and of limits that take minutes to reach: on another major version
# they are the same code. A test file that is new is run.
OF_NO_MAJOR = background_faults builtin_in_chain candidates chain_faults chat company glossary health hostile_owners label_owners \
	large_catalogs limits model_chain model_setup narration providers quotas repair resource_exhaustion second_look secrets service_faults \
	shared_directory taught_together threads tls value_lookup
FILES = $(sort $(notdir $(basename $(wildcard tests/e2e/tests/*.rs)) $(patsubst %/main.rs,%,$(wildcard tests/e2e/tests/*/main.rs))))
e2e-major: install
	cargo test -p nl2sql-e2e --no-fail-fast $(addprefix --test ,$(filter-out $(OF_NO_MAJOR),$(FILES)))

test-major: regress e2e-major

test-clients: install
	cargo build --release --quiet -p nl2sql-e2e --bin model-double
	tests/clients/run

# A Debian package of nl2sql for this PostgreSQL, and the sources as an archive for PGXN, in target/package.
package: setup
	$(BUILD_APART) .ci/package

# Installs the package into a copy of this system, asks, and removes it again.
test-package: package
	tests/package

# Apart, as it takes minutes to install and to start.
test-superset: install
	cargo build --release --quiet -p nl2sql-e2e --bin model-double
	tests/clients/run superset

# Of the server alone, or through the guard: FUNCTION="name guarded".
cancel-latency:
	cargo run --release --quiet -p nl2sql-e2e --bin cancel_latency $(FUNCTION)

bench: install
	cargo run --release --quiet -p nl2sql-e2e --bin bench

# On data that is no part of this repository, so not among the tests.
eval: install
	cargo run --release --quiet -p nl2sql-e2e --bin eval builtin target/eval

STEP ?= 1
eval-linking: install
	cargo run --release --quiet -p nl2sql-e2e --bin eval linking target/eval $(STEP)

eval-guard: install
	cargo run --release --quiet -p nl2sql-e2e --bin eval guard

# Sanitizers want a nightly toolchain, or a stable one that is told that it may.
FUZZ_SECONDS ?= 60
FUZZ_TARGETS = syntax reader replies charts
NIGHTLY = $(if $(shell rustup toolchain list 2>/dev/null | grep nightly),+nightly)
fuzz: export RUSTC_BOOTSTRAP = 1
fuzz:
	@cargo fuzz --version >/dev/null 2>&1 || cargo install cargo-fuzz --locked --quiet
	mkdir -p fuzz/corpus/syntax
	grep -hv '^#' tests/e2e/sql/*.txt | sed 's/^[A-Za-z?]*: //; s/^[a-z ]* | //' | split -l 1 -a 4 - fuzz/corpus/syntax/
	cd fuzz && for target in $(FUZZ_TARGETS); do \
	  cargo $(NIGHTLY) fuzz run $$target -- -max_total_time=$(FUZZ_SECONDS) -max_len=4096 -timeout=10 -rss_limit_mb=2048 \
	    || exit 1; \
	done

clean:
	cargo clean
