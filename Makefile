# `make` alone lists the targets. Variables go after a target: make run EVENT='{"a":1}'
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# The event is handed on as it was given: make expands nothing in it, and the shell sees it as one word.
EVENT ?= Hello World
override EVENT := $(value EVENT)
export EVENT
ARCH ?= x86_64
STD ?= rebuilt
PANIC ?= unwind
SERVER ?= tiny-http
# The name of a sample event, in the place of EVENT.
EXAMPLE ?=
# What `make local` deploys, and the function of it that `make invoke` calls and whose log `make logs` prints.
TEMPLATE ?= template.yml
FUNCTION ?= event
MIRROR ?=
export ARCH STD PANIC SERVER TEMPLATE FUNCTION MIRROR

# `make deploy FC=local` deploys to the local Function Compute instead of the cloud.
FC ?= cloud
PORT ?= 8900
export FC PORT

# The server that is chosen is the only one that is built, linted and tested.
FEATURES = --no-default-features --features $(SERVER),events,kv,anyhow,http
FC_LOCAL = sh musl/fc-local.sh

MSRV = $(shell sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)

# One script of `make findings`, without its ending.
FINDING ?=

# One target of `make fuzz`.
TARGET ?=

# Cargo's progress is for a terminal.
QUIET := $(shell [ -t 2 ] || echo --quiet)
COMPARE = cargo run $(QUIET) --release --locked --manifest-path musl/compare/Cargo.toml --

# Where it is allowed, programs of real time are not disturbed by the others on the machine.
REAL_TIME = $(shell chrt --rr 1 true 2>/dev/null && echo chrt --rr 1)

# One after another, and on after a failure, so that the summary has them all.
ALL_TESTS = $(MAKE) --no-print-directory --keep-going -j1 all-tests

OTHER_SERVER = $(if $(filter direct,$(SERVER)),tiny-http,direct)

# What `make test` does not run, for its summary.
define NOT_RUN
the other HTTP server: make test SERVER=$(OTHER_SERVER)
the package as it is shipped: make test-shipped
a million requests: make soak
ten minutes of whatever can go wrong: make chaos
the unit tests under miri: make miri
the fuzzers: make fuzz
the cost of fc-local's relay: make relay
all 200 uploads to fc-local at once: make memory
a thousand sessions, and the cost of their routing: make sessions
the comparison with other runtimes: cargo test --locked --manifest-path musl/compare/Cargo.toml
the allocator on aarch64: sh musl/alloc/tests/aarch64.sh
all clients of MCP, and all of its conformance suites: make mcp-clients (one of each: make mcp-clients QUICK=1)
what was found out about other software: make findings
endef
test: export NOT_RUN := $(NOT_RUN)

.PHONY: help run test all-tests test-server server-tests test-runtime test-mcp mcp-clients test-fc-local test-shipped test-alloc soak chaos replay fuzz miri deny fun sdks relay sessions memory musl \
	size size-mcp sizes compare scale burst figures build build-img local watch deploy invoke logs doctor findings fmt lint msrv doc release-check clean

help: ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo "variables: EVENT, EXAMPLE (run, invoke); FUNCTION (invoke, logs); SERVER=tiny-http|direct (all); SECONDS=60 TARGET=head (fuzz);"
	@echo "           ARCH=x86_64|aarch64 STD=rebuilt|prebuilt PANIC=unwind|abort MIRROR=URL (musl); FC=cloud|local (deploy);"
	@echo "           PORT=8900 (local, watch); TEMPLATE (local); FINDING=name (findings);"
	@echo "           QUICK=1 INSTALL=1 ONLY=go,node PHASES=start,small,load,work,mcp MERGE=1 (compare); QUICK=1 (mcp-clients); SECONDS=600 SEED=1 (chaos)"

run: musl ## build the package, start it, send it initialize, EVENT and an HTTP request
	@$(FC_LOCAL) invoke --function event $(if $(EXAMPLE),--example $(EXAMPLE),-e "$$EVENT" --expect "$$EVENT") --http GET / --expect-http 'Hello World!'

test: musl fun sdks ## run every test, and sum up what passed, failed and was left out
	@bash tests/summary.sh $(ALL_TESTS)

all-tests: replay test-alloc test-runtime test-mcp test-fc-local

test-server: musl fun ## run the tests whose result depends on the HTTP server, SERVER
	@bash tests/summary.sh $(MAKE) --no-print-directory --keep-going -j1 server-tests

# The tests of fc-local that call a program of the runtime, by `built` or `server_of` of their support, by modules.
OF_SERVER = runtime:: check:: refused::
CLIENTS_OF_SERVER = curl:: fun::

server-tests: test-runtime
	cargo test --locked --no-fail-fast --package fc-local --test local -- $(OF_SERVER)
	for clients in $(CLIENTS_OF_SERVER); do \
	    FC_PACKAGE=pkg cargo test --locked --no-fail-fast --package fc-local --test clients $$clients || exit 1; \
	done

test-runtime:
	cargo test --locked --no-fail-fast $(FEATURES)

test-mcp:
	cargo test --locked --no-fail-fast --package fc-mcp

mcp-clients: ## call an MCP server with the real clients and the conformance suite; QUICK=1 is short (needs npm, python3)
	cargo build --locked --package fc-mcp --no-default-features --features $(SERVER) --example fixture
	cargo build --locked --package fc-local
	@programs="$${CARGO_TARGET_DIR:-$(CURDIR)/target}/debug" && \
	    bash src/mcp/tests/clients/run.sh "$$programs/examples/fixture" "$$programs/fc-local" $(if $(QUICK),--quick)

test-fc-local:
	FC_PACKAGE=pkg cargo test --locked --no-fail-fast --package fc-local

# What runs in the test's own process, or is no part of the package, and the cases of HTTP, which are the longest.
NOT_SHIPPED = --skip limits:: --skip library:: --skip ends:: --skip http::

test-shipped: musl ## run the tests of the runtime against the package as it is shipped
	@PROGRAM=testbed sh musl/build.sh target/shipped
	@cp pkg/bootstrap target/shipped/
	FC_BINARIES=$(CURDIR)/target/shipped bash tests/summary.sh cargo test --locked --no-fail-fast $(FEATURES) --test server --test life --test handlers --test logs -- $(NOT_SHIPPED)

test-alloc: ## run the tests of the allocator on musl, and have loom go through the orders of its threads
	cd musl/alloc && cargo test --locked --no-fail-fast --target x86_64-unknown-linux-musl --features copy --target-dir ../../target/alloc
	cd musl/alloc && RUSTFLAGS="--cfg loom" cargo test --locked --release --lib --target-dir ../../target/alloc-loom loom

soak: ## send a million requests to the package as it is shipped, and check each answer
	@PROGRAM=testbed sh musl/build.sh target/shipped
	FC_BINARIES=$(CURDIR)/target/shipped SOAK_REQUESTS=1000000 SOAK_CONNECTIONS=200 \
		cargo test --release --locked --no-default-features --features $(SERVER) --test soak -- --nocapture

# How long the load on each of the three lasts. The seed decides the order of what is done to it.
chaos: SECONDS ?= 600
chaos: SEED ?=
chaos: export CHAOS_SECONDS = $(SECONDS)
chaos: export CHAOS_SEED = $(SEED)
chaos: ## disturb both servers and fc-local under load in every way there is, SECONDS each, and balance the books
	@for server in direct tiny-http; do \
	    PROGRAM=testbed SERVER=$$server sh musl/build.sh target/chaos/$$server || exit 1; \
	done
	for server in direct tiny-http; do \
	    FC_BINARIES=$(CURDIR)/target/chaos/$$server \
	        cargo test --release --locked --no-default-features --features $$server --test chaos -- --nocapture || exit 1; \
	done
	cargo test --release --locked --package fc-local --test local chaos:: -- --nocapture

sessions: ## have 1,000 sessions reach their instances while these are killed, and check what the routing costs (on a quiet machine)
	@SERVER=direct sh musl/build.sh target/relay
	FC_BINARIES=$(CURDIR)/target/relay SERVER=direct cargo test --release --locked --package fc-local --test local sessions::load:: -- \
		--ignored --nocapture --test-threads 1

memory: ## check what fc-local takes of the memory, without a call and while 200 packages of 20 MB are uploaded at once
	cargo test --release --locked --package fc-local --test local memory:: -- --nocapture

relay: ## check what fc-local costs for each call that it hands on, against the instance alone
	@SERVER=direct sh musl/build.sh target/relay
	FC_BINARIES=$(CURDIR)/target/relay SERVER=direct cargo test --release --locked --package fc-local --test local relay:: -- \
		--ignored --nocapture

replay: ## run the inputs that the fuzzer has found, and thousands like them, on the parsers and the allocator
	cd tests/fuzz && cargo test --locked --no-fail-fast
	cd musl/alloc/fuzz && cargo test --locked --no-fail-fast

# How long it stays with each target.
fuzz: SECONDS ?= 60
fuzz: ## fuzz the parsers, SECONDS for each or for one TARGET (needs cargo-fuzz)
	@sh tests/fuzz/run.sh "$(SECONDS)" $(TARGET)

miri: ## run the unit tests that need no system under miri (needs a nightly toolchain)
	@sh tests/miri.sh

deny: ## check licences, sources, duplicates and advisories of all dependencies (needs cargo-deny)
	@sh .ci/deny.sh

sdks: ## install Alibaba's SDKs for the tests, where node and python3 are
	@sh src/bin/fc-local/tests/clients/sdk/install.sh

fun: ## install the real fun CLI for the tests, where node is
	@sh tests/fun/install.sh

musl: ## build the static package pkg/bootstrap and state its size
	@sh musl/build.sh pkg

size: musl ## hold the package against the budget of musl/budget.txt
	@bash musl/budget.sh pkg/bootstrap "$(SERVER)"

size-mcp: ## hold the MCP server of src/mcp/examples against the same budget, with the direct server
	@SERVER=direct PROGRAM=forecast sh musl/build.sh target/shipped
	@bash musl/budget.sh target/shipped/forecast direct mcp

build: musl ## the same as musl

build-img: ## build the package in a container (needs docker)
	@command -v docker >/dev/null || { echo "make build-img: docker is missing: 'make musl' needs none" >&2; exit 1; }
	docker build --file musl/Dockerfile --build-arg MIRROR="$(MIRROR)" --output pkg .

local: musl ## start the local Function Compute with template.yml deployed, or with TEMPLATE=s.yaml
	@program="$$($(FC_LOCAL) --where)" && FC_LOCAL_PROGRAM="$$program" sh tests/fun/local.sh start

watch: ## serve template.yml like `make local`, and build and serve it again after each change
	@$(FC_LOCAL) watch --port $(PORT) --data "$${CARGO_TARGET_DIR:-target}/fc-local" -- --locked --no-default-features --features $(SERVER)

deploy: musl ## build the package and deploy template.yml with fun
	@sh musl/deploy.sh

invoke: ## invoke FUNCTION=event of `make local` with EVENT, or with a sample: EXAMPLE=oss
ifdef EXAMPLE
	@mkdir -p target
	@$(FC_LOCAL) example $(EXAMPLE) >target/event
	@FC_LOCAL_PROGRAM="$$($(FC_LOCAL) --where)" sh tests/fun/local.sh invoke <target/event
else
	@FC_LOCAL_PROGRAM="$$($(FC_LOCAL) --where)" sh tests/fun/local.sh invoke "$$EVENT"
endif

logs: ## print the log of a function of `make local` or `make watch`: FUNCTION=event, the default, or FUNCTION=web
	@$(FC_LOCAL) logs --data "$${CARGO_TARGET_DIR:-target}/fc-local" "$(FUNCTION)"

compare: ## compare size, start and cost with other runtimes; QUICK=1 is short, INSTALL=1 brings what is missing
	@SERVER=tiny-http sh musl/build.sh pkg
	@SERVER=direct sh musl/build.sh musl/compare/out/direct
	@$(COMPARE) run $(if $(QUICK),--quick) $(if $(INSTALL),--install) $(if $(MERGE),--merge) \
		$(if $(ONLY),--only $(ONLY)) $(if $(PHASES),--phases $(PHASES))

scale: ## check what a second core adds to the cost of a request, on both packages
	@SERVER=tiny-http sh musl/build.sh pkg
	@SERVER=direct sh musl/build.sh musl/compare/out/direct
	@$(COMPARE) help >/dev/null
	@$(REAL_TIME) $(COMPARE) scale

burst: ## show how soon 60 handlers run that come at once, on both packages
	@$(COMPARE) burst

sizes: ## measure what makes a package large, for the guide: 23 builds
	@sh musl/sizes.sh

figures: ## write the figures of README and guide from the comparison, the budget and the code
	FIGURES=write cargo test --quiet --locked $(FEATURES) --test docs figures::

doctor: ## list what this machine lacks, with the command that installs each
	@sh musl/doctor.sh

findings: ## run what was found out about other software, each script for at most three minutes (needs npm, pip, cargo)
	@bash findings/run.sh $(FINDING)

fmt: ## format the code
	cargo fmt --all

lint: ## check format and lints, warnings denied
	cargo fmt --all --check
	cargo clippy --locked --all-targets $(FEATURES) -- -D warnings
	cargo clippy --locked --all-targets --all-features -- -D warnings
	CLIPPY_CONF_DIR="$(CURDIR)/.ci" cargo clippy --locked --lib $(FEATURES) -- -D warnings
	cargo clippy --locked --all-targets --package fc-local --package fc-mcp -- -D warnings
	cd musl/alloc && cargo fmt --check && \
	    cargo clippy --locked --all-targets --features copy --target-dir ../../target/alloc -- -D warnings

msrv: ## build everything with the oldest Rust that Cargo.toml promises
	rustup toolchain install $(MSRV) --profile minimal --no-self-update
	for server in tiny-http direct; do \
	    CARGO_TARGET_DIR=target/msrv cargo +$(MSRV) check --locked --all-targets --no-default-features --features $$server,events,kv,anyhow,http || exit 1; \
	done
	CARGO_TARGET_DIR=target/msrv cargo +$(MSRV) check --locked --all-targets --package fc-local --package fc-mcp
	CARGO_TARGET_DIR=target/msrv cargo +$(MSRV) check --locked --manifest-path musl/alloc/Cargo.toml --features copy

release-check: ## everything that must hold before a version is published; publishes nothing
	bash .ci/release-check

doc: ## build the documentation, warnings denied
	RUSTDOCFLAGS=-Dwarnings cargo doc --locked --no-deps $(FEATURES)
	RUSTDOCFLAGS=-Dwarnings cargo doc --locked --no-deps --all-features
	RUSTDOCFLAGS=-Dwarnings cargo doc --locked --no-deps --package fc-local --package fc-mcp

clean: ## remove everything that was built
	cargo clean
	rm -rf pkg
