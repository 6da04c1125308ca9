# The project's commands. `make help` lists them.

CARGO ?= cargo
HARKEN := $(or $(CARGO_TARGET_DIR),target)/debug/harken
DEMO ?= demo-data
# Tests wait for servers, clients and clocks more than they reckon.
TEST_THREADS ?= $(shell expr 2 \* $$(getconf _NPROCESSORS_ONLN))

.PHONY: screenshots help tools console build demo test lint release bench clean-demo

help: ## This list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

tools:
	@scripts/need-tools

console: ## Build the web console that the binary carries; needs Node
	@scripts/build-console

build: tools console ## Build the binary, in the profile that tests and demo share
	$(CARGO) build --package harken --features harken/failpoints

demo: build ## Build, load a year of an invented company and open the console over it
	@scripts/demo $(HARKEN) $(DEMO)

test: tools console ## Pass all tests; installs PostgreSQL and the clients they need where it may
	$(CARGO) fmt --all --check
	scripts/prepare-tests
	RUST_TEST_THREADS=$(TEST_THREADS) $(CARGO) test --workspace --features harken/failpoints

lint: tools ## Clippy with the bans of clippy.toml
	$(CARGO) clippy --workspace --all-targets --features harken/failpoints -- -D warnings

release: tools console ## One stripped binary
	$(CARGO) build --release --package harken
	@ls -l $(or $(CARGO_TARGET_DIR),target)/release/harken

bench: release ## Measure against peers; see docs/bench.md
	$(CARGO) run --release --package bench -- all

screenshots: ## Draw every page of a running server; see e2e/README.md
	@scripts/screenshots $(or $(CARGO_TARGET_DIR),target)/screenshots

clean-demo: ## Remove the demo's data
	rm -rf $(DEMO)
