# Everything that is done with the sources, one target each; `make help` lists them. Missing packages are installed where
# that is possible (Debian, root), and named where it is not.

.DEFAULT_GOAL := help
.PHONY: help build demo test check lint shell examples sim mutants clean
# The steps share the build directory and the processors.
.NOTPARALLEL:

SWIFT ?= swift
SEED ?= 1
SEEDS ?= 10000
ARGS ?=
BIN := .build/release
DEMO_PRODUCTS := heartbeat hb_standby cl_status hb_announce hbdemo
PRODUCTS := $(DEMO_PRODUCTS) hb_takeover hbsim
SHELL_FILES = $(wildcard resource.d/* Tests/resource.d/* .ci/*)

# package:what it is recognised by, a program or a file
TOOLCHAIN := git:git ca-certificates:/etc/ssl/certs/ca-certificates.crt pkg-config:pkg-config \
	libc6-dev:/usr/include/stdio.h libstdc++-12-dev:/usr/include/c++/* libsystemd-dev:/usr/include/systemd/sd-daemon.h
LABORATORY := iproute2:ip util-linux:nsenter hostname:hostname

help: ## show this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

build: ## build all programs (release)
	@.ci/install-missing $(TOOLCHAIN) swift
	@for product in $(PRODUCTS); do $(SWIFT) build -c release --product $$product || exit; done

demo: ## play failovers in network namespaces and measure them (root); ARGS=--help tells more
	@[ "$$(id -u)" -eq 0 ] || { echo "the demonstration needs root: it makes network namespaces" >&2; exit 1; }
	@.ci/install-missing $(TOOLCHAIN) $(LABORATORY) swift
	@for product in $(DEMO_PRODUCTS); do $(SWIFT) build -c release --product $$product || exit; done
	@$(BIN)/hbdemo $(ARGS)

test: ## run all tests; those that need root are skipped aloud without
	@.ci/install-missing $(TOOLCHAIN) $(LABORATORY) swift
	$(SWIFT) test
	Tests/resource.d/run

check: lint shell build examples sim ## everything that must hold before a change is published
	@if [ "$$(id -u)" -eq 0 ]; then \
		.ci/install-missing $(LABORATORY) && $(BIN)/hbdemo --json; \
	else \
		echo "SKIPPED: the demonstration needs root"; \
	fi

lint: ## check the format of the Swift sources
	@.ci/install-missing swift
	$(SWIFT) format lint --strict --recursive --parallel Sources Tests Package.swift

shell: ## check the shell scripts and run their tests
	@.ci/install-missing shellcheck:shellcheck
	shellcheck -x $(SHELL_FILES)
	Tests/resource.d/run

examples: ## check the example configurations with the daemon itself; after make build
	.ci/check-examples $(BIN)/heartbeat

sim: ## simulate clusters under faults; SEED=n SEEDS=n
	@.ci/install-missing $(TOOLCHAIN) swift
	$(SWIFT) build -c release --product hbsim
	$(BIN)/hbsim --seed $(SEED) --seeds $(SEEDS)

mutants: ## plant each known bug and see the simulator object; SEEDS=n
	@.ci/install-missing $(TOOLCHAIN) patch:patch swift
	.ci/mutants $(SEEDS)

clean: ## remove everything built
	rm -rf .build
