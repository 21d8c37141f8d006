# Everything that is done with the sources, one target each; `make help` lists them. Missing packages are installed where
# that is possible (Debian, root), and named where it is not.

.DEFAULT_GOAL := help
.PHONY: help build install uninstall dist deb deb-source deb-check demo bench torture connections pairs browser interop test cuts upgrades check nightly lint shell docs examples packaging \
	systemd sim explore mutants test-mutants bare replacement vm clean
# The steps share the build directory and the processors.
.NOTPARALLEL:

export SWIFT ?= swift
# One build serves everything, and the installed programs must run where there is no Swift. Coloured messages are another
# command line for the compiler, so a terminal and a pipe would rebuild everything in turn. All symbols are bound at the start, and
# libraries are looked for in the system's directories only.
RELEASE = .ci/swift build $(BUILD_FLAGS) --no-color-diagnostics -c release --static-swift-stdlib --disable-local-rpath -Xlinker -z -Xlinker now
# What a package build adds.
BUILD_FLAGS ?=
SEED ?= 1
ARGS ?=
# `K/N`: only the K-th of N parts of a comparison or of the mutants; the gate draws K from the commit.
SAMPLE ?=
# How often `make bench` repeats each fault, whether it only takes a first look, where its rows go, and the page it writes.
RUNS ?= 5
QUICK ?=
ROWS ?= .build/bench
PAGE ?= docs/benchmarks.md
# Where `make install` puts things: below PREFIX, but for /etc, with DESTDIR in front of every path.
PREFIX ?= /usr
DESTDIR ?=
BIN := .build/release
DEMO_PRODUCTS := heartbeat hb_guardian hb_standby cl_status hbdemo
BENCH_PRODUCTS := heartbeat hb_guardian hb_standby hb_lines hb_gateway hbctl hbbench hbfloor
CONNECTION_PRODUCTS := heartbeat hb_guardian hb_standby hb_site hbbench
PAIRS_PRODUCTS := heartbeat hb_guardian hb_standby hbbench
INTEROP_PRODUCTS := heartbeat hb_guardian cl_status hb_standby hb_takeover hbinterop
PRODUCTS := $(DEMO_PRODUCTS) hbctl heartbeat-exporter hb_takeover hb_address hb_site faild hb_lines hb_gateway hbsim
LIBRARIES := HeartbeatCore HeartbeatWire
INSTALLED = $(filter-out hbsim hbdemo,$(PRODUCTS))
SHELL_FILES = $(filter-out .ci/failed-tests,$(wildcard install.sh resource.d/* examples/line.d/* tools/* systemd/heartbeat.init Tests/resource.d/* \
	Tests/tools.d/* Tests/install.d/* Tests/package.d/* Tests/systemd/* debian/unpack-vendor debian/tests/[cmp]*[!l] debian/*.p* \
	Tests/replacement.d/* Tests/machines.d/run Tests/machines.d/build-image Tests/machines.d/image/[afp]* .ci/*))

# package:what it is recognised by, a program or a file
# The toolchain brings a compiler, but not what it links with.
TOOLCHAIN := git:git binutils:ld ca-certificates:/etc/ssl/certs/ca-certificates.crt \
	pkg-config:pkg-config libc6-dev:/usr/include/stdio.h libstdc++-12-dev:/usr/include/c++/* libsystemd-dev:/usr/include/systemd/sd-daemon.h
LABORATORY := iproute2:ip iproute2:tc util-linux:nsenter hostname:hostname iputils-ping:ping
# The path, because shells have a `kill` of their own.
TESTS := bind9-dnsutils:nsupdate procps:sysctl procps:pgrep procps:/bin/kill perl-base:perl nftables:nft strace:strace
# Debian's heartbeat 3.0.6 and what it calls.
ORIGINAL := heartbeat:/usr/share/heartbeat/ResourceManager net-tools:ifconfig iptables:iptables \
	resource-agents:/usr/lib/ocf/resource.d/heartbeat/IPaddr2
PEER_PACKAGES := $(ORIGINAL) keepalived:/usr/sbin/keepalived
TRACKING := conntrackd:conntrackd conntrack:conntrack nftables:nft
# What a conntrackd needs that is only unpacked.
UNPACKED_TRACKING := conntrack:conntrack libnetfilter-cthelper0:/usr/lib/*/libnetfilter_cthelper.so.0 \
	libnetfilter-queue1:/usr/lib/*/libnetfilter_queue.so.1
# What a crm_simulate and a corosync need that are only unpacked.
UNPACKED_PACEMAKER := libpacemaker1:/usr/lib/*/libpacemaker.so.1 libknet1:/usr/lib/*/libknet.so.1 libnozzle1:/usr/lib/*/libnozzle.so.1 \
	libstatgrab10:/usr/lib/*/libstatgrab.so.10 libcorosync-common4:/usr/lib/*/libcorosync_common.so.4
# Counts instructions where the processor shows no counter, as in most virtual machines.
COUNTING := valgrind:valgrind
PACKAGING := binutils:strip
DEBIAN_TOOLS := build-essential:/usr/share/doc/build-essential debhelper:dh mandoc:mandoc
DEBIAN_CHECKS := mmdebstrap:mmdebstrap lintian:lintian autopkgtest:autopkgtest
PAGES := mandoc:mandoc
MACHINES := qemu-system-x86:qemu-system-x86_64 mmdebstrap:mmdebstrap squashfs-tools:mksquashfs kmod:depmod cpio:cpio xz-utils:xz nftables:nft
CONTAINER := systemd:/lib/systemd/systemd iproute2:ip util-linux:nsenter procps:/bin/kill

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

build: ## build all programs (release)
	@.ci/install-missing $(TOOLCHAIN) swift
	@for product in $(PRODUCTS); do $(RELEASE) --product $$product || exit; done

install: ## install what `make build` has built (root); PREFIX=/usr DESTDIR=
	@PREFIX='$(PREFIX)' DESTDIR='$(DESTDIR)' BIN='$(abspath $(BIN))' PROGRAMS='$(INSTALLED)' ./install.sh

uninstall: ## remove what `make install` has installed; /etc/ha.d stays
	@PREFIX='$(PREFIX)' DESTDIR='$(DESTDIR)' ./install.sh uninstall

dist: build ## pack an archive for a second gateway without Swift: .build/dist/*.tar.gz
	@.ci/install-missing $(PACKAGING)
	@.ci/dist $(BIN) $(INSTALLED)

deb: build ## make the Debian packages: .build/deb/*.deb
	@.ci/install-missing $(PACKAGING) $(DEBIAN_TOOLS)
	@.ci/deb $(BIN)

deb-source: ## make the Debian source package, with the Swift packages that it needs; after make build
	@.ci/install-missing $(DEBIAN_TOOLS)
	@.ci/deb --source

demo: ## play failovers in network namespaces and measure them (root); ARGS=--help tells more
ifneq ($(filter -h --help,$(ARGS)),)
	@cat docs/demo-help.txt
else
	@[ "$$(id -u)" -eq 0 ] || { echo "the demonstration needs root: it makes network namespaces" >&2; exit 1; }
	@.ci/install-missing $(TOOLCHAIN) $(LABORATORY) $(if $(findstring --lines,$(ARGS))$(findstring --hosts,$(ARGS)),nftables:nft) swift >&2
	@for product in $(if $(findstring --lines,$(ARGS)),hb_lines hbdemo,$(if $(findstring --hosts,$(ARGS)),hb_gateway hbdemo,$(DEMO_PRODUCTS))); do $(RELEASE) --product $$product >&2 || exit; done
	@$(BIN)/hbdemo $(ARGS)
endif

# What `make connections` has measured before goes onto the page as well.
bench: ## measure beside heartbeat 3, keepalived and bare C (root), write docs/benchmarks.md; RUNS=5 QUICK=1 ROWS=directory
	@[ "$$(id -u)" -eq 0 ] || { echo "the bench needs root: it makes network namespaces" >&2; exit 1; }
	@[ ! -e /usr/share/swift-heartbeat ] || { \
		echo "not on a gateway: the bench needs Debian's heartbeat, which would replace the installed one" >&2; exit 1; }
	@.ci/install-missing $(TOOLCHAIN) $(LABORATORY) $(PEER_PACKAGES) $(COUNTING) nftables:nft swift
	@for product in $(BENCH_PRODUCTS); do $(RELEASE) --product $$product || exit; done
	@mkdir -p $(ROWS)
ifneq ($(QUICK),)
	@$(BIN)/hbbench plan --quick --json $(ROWS)/quick.json
else
	@$(BIN)/hbbench plan --runs $(RUNS) --json $(ROWS)/failovers.json
	@$(BIN)/hbbench cost --json $(ROWS)/cost.json
	@$(BIN)/hbbench forward --json $(ROWS)/forward.json
	@$(BIN)/hbbench load --json $(ROWS)/load.json --logs $(ROWS)/logs
	@$(BIN)/hbbench lines --runs $(RUNS) --json $(ROWS)/lines.json
	@$(BIN)/hbbench hosts --runs $(RUNS) --json $(ROWS)/hosts.json
	@$(BIN)/hbbench forecast --runs $(RUNS) --json $(ROWS)/forecast.json
	@$(BIN)/hbbench report $(ROWS)/failovers.json $(ROWS)/cost.json $(ROWS)/forward.json $(ROWS)/load.json \
		$(ROWS)/lines.json $(ROWS)/hosts.json $(ROWS)/forecast.json \
		$(wildcard $(ROWS)/connections.json $(ROWS)/pairs.json $(ROWS)/machines*.json) --markdown $(PAGE) --picture $(dir $(PAGE))outage-by-addresses.svg
endif

# The campaign of `make torture`: the same seed gives the same faults.
FAULTS ?= 60
PEERS ?= ours,keepalived,heartbeat
torture: ## give this daemon, keepalived and heartbeat 3 the same random faults (root); SEED=n FAULTS=n PEERS=ours,keepalived
	@[ "$$(id -u)" -eq 0 ] || { echo "the campaign needs root: it makes network namespaces" >&2; exit 1; }
	@[ ! -e /usr/share/swift-heartbeat ] || { \
		echo "not on a gateway: the campaign needs Debian's heartbeat, which would replace the installed one" >&2; exit 1; }
	@.ci/install-missing $(TOOLCHAIN) $(LABORATORY) $(PEER_PACKAGES) nftables:nft swift
	@for product in $(BENCH_PRODUCTS); do $(RELEASE) --product $$product || exit; done
	@mkdir -p $(ROWS)
	@$(BIN)/hbbench torture --seed $(SEED) --faults $(FAULTS) --peers $(PEERS) --json $(ROWS)/torture.json \
		--markdown $(ROWS)/torture.md --logs $(ROWS)/torture-logs

# Without the packages, or a kernel that can, it says so and succeeds; `make connections RUNS=5 ENTRIES=1000,10000,100000` measures.
connections: RUNS := 1
connections: ENTRIES ?= 1000
connections: ## let connections survive failovers of two gateways, and die without conntrackd (root); RUNS=1 ENTRIES=1000
	@[ "$$(id -u)" -eq 0 ] || { echo "connections through failovers need root: they need network namespaces" >&2; exit 1; }
	@[ ! -e /usr/share/swift-heartbeat ] || { \
		echo "not on a gateway: this needs Debian's conntrackd, which starts when it is installed" >&2; exit 1; }
	@.ci/install-missing $(TOOLCHAIN) $(LABORATORY) swift
	@.ci/install-missing $(TRACKING) || true
	@for product in $(CONNECTION_PRODUCTS); do $(RELEASE) --product $$product || exit; done
	@mkdir -p $(ROWS)
	@$(BIN)/hbbench connections --may-skip --runs $(RUNS) --entries $(ENTRIES) --json $(ROWS)/connections.json \
		--logs $(ROWS)/connections-logs

pairs: ## move one of two pairs in every way, and see the other follow within a second (root); RUNS=5
	@[ "$$(id -u)" -eq 0 ] || { echo "two pairs need root: they need network namespaces" >&2; exit 1; }
	@.ci/install-missing $(TOOLCHAIN) $(LABORATORY) swift
	@for product in $(PAIRS_PRODUCTS); do $(RELEASE) --product $$product || exit; done
	@mkdir -p $(ROWS)
	@$(BIN)/hbbench pairs --runs $(RUNS) --json $(ROWS)/pairs.json

browser: ## look at the page of heartbeat-exporter with a browser
	@.ci/install-missing $(TOOLCHAIN) chromium:chromium swift
	@.ci/test --filter BrowserTests

interop: ## live beside Debian's heartbeat 3.0.6, read its files and serve its clients as it does (root)
	@[ "$$(id -u)" -eq 0 ] || { echo "the comparison needs root: it makes namespaces" >&2; exit 1; }
	@[ ! -e /usr/share/swift-heartbeat ] || { \
		echo "not on a gateway: this needs Debian's heartbeat, which would replace the installed one" >&2; exit 1; }
	@.ci/install-missing $(TOOLCHAIN) $(LABORATORY) $(ORIGINAL) swift
	@for product in $(INTEROP_PRODUCTS); do $(RELEASE) --product $$product || exit; done
	@for part in configuration clients scripts pairs; do $(BIN)/hbinterop $$part $(SAMPLE:%=--sample %) || exit; done

test: ## run all tests; those that need root are skipped aloud without; what they say is kept in .build/tests.log
	@.ci/install-missing $(TOOLCHAIN) $(LABORATORY) $(TESTS) $(UNPACKED_TRACKING) swift
	@.ci/unpack bind9 usr/sbin/named .build/named
	@.ci/unpack conntrackd usr/sbin/conntrackd .build/conntrackd
	@.ci/unpack prometheus usr/bin/promtool .build/prometheus
	@.ci/install-missing $(UNPACKED_PACEMAKER) || true
	@.ci/unpack pacemaker-cli-utils usr/sbin/crm_simulate .build/pacemaker
	@.ci/unpack pacemaker-common usr/share/pacemaker .build/pacemaker-common
	@.ci/unpack corosync usr/sbin/corosync .build/corosync
	@.ci/test $(ARGS)

# `make test` plays a few of them.
cuts: ## cut a real pair as every row of the table in docs/veto.md does, and compare who serves (root)
	@[ "$$(id -u)" -eq 0 ] || { echo "the cuts need root: they are made in network namespaces" >&2; exit 1; }
	@.ci/install-missing $(TOOLCHAIN) $(LABORATORY) $(TESTS) swift
	@HEARTBEAT_NIGHTLY=1 .ci/test --filter VetoCutsLife

upgrades: ## replace the program of a daemon that serves 200 times, and lose nothing (root)
	@[ "$$(id -u)" -eq 0 ] || { echo "upgrades need root: they are made in network namespaces" >&2; exit 1; }
	@.ci/install-missing $(TOOLCHAIN) $(LABORATORY) $(TESTS) swift
	@HEARTBEAT_UPGRADES=200 .ci/test --filter UpgradeLife

# Mutants are a sample that moves with the commits; the comparison with heartbeat 3 needs its packages, so `.ci/run` adds it.
check: ## everything that must hold before a change is published
	@MAKE='$(MAKE)' .ci/steps lint shell test docs build examples packaging systemd sim 'mutants SAMPLE=$(shell .ci/sample 48)' \
		$(if $(filter 0,$(shell id -u)),'demo ARGS=--json')
	@[ "$$(id -u)" -eq 0 ] || echo "SKIPPED: the demonstration needs root"

nightly: ## everything that is too long for each change: all of interop, mutants and cuts, 110,000 seeds, and a bare machine (root)
	@MAKE='$(MAKE)' .ci/steps check cuts upgrades interop 'sim SEEDS=10000 GATEWAYS=100000' 'explore SIZE=2' mutants test-mutants torture connections pairs replacement deb-check browser \
		vm 'vm ARGS=--site=paper' 'vm ARGS=--site=literal' 'vm ARGS=--site=tunnels' 'vm ARGS=--site=serial' 'vm ARGS=--site=dsl' bare

lint: ## check the format of the Swift sources
	@.ci/install-missing swift
	.ci/swift format lint --strict --recursive --parallel Sources Tests Package.swift

shell: ## check the shell scripts; make test runs them
	@.ci/install-missing shellcheck:shellcheck
	shellcheck -x $(SHELL_FILES)

docs: ## build the pages of the library products into .build/documentation; a link that leads nowhere fails
	@.ci/install-missing $(TOOLCHAIN) swift
	@for module in $(LIBRARIES); do .ci/swift build --no-color-diagnostics --target $$module || exit; done
	@.ci/documentation .build/documentation $(LIBRARIES)

examples: ## check the example configurations with the daemon itself; after make build
	.ci/check-examples $(BIN)/heartbeat

packaging: ## install into a directory, look at it, use it, remove it; after make build
	@.ci/install-missing $(PACKAGING)
	@.ci/install-missing $(PAGES) || true
	Tests/install.d/run $(abspath $(BIN)) $(INSTALLED)

deb-check: deb ## look at the Debian packages, install, upgrade, remove and purge them on a Debian in a directory (root)
	@.ci/install-missing $(DEBIAN_CHECKS) $(LABORATORY) || true
	@.ci/deb-check $(BIN)

systemd: ## boot a systemd in a container and see the service live and die there (root); after make build
	@[ "$$(id -u)" -ne 0 ] || .ci/install-missing $(CONTAINER) $(PACKAGING)
	Tests/systemd/run $(abspath $(BIN)) $(INSTALLED)

sim: SEEDS ?= 1000
sim: GATEWAYS ?= 2000
sim: ## simulate clusters and gateway services under faults; SEED=n SEEDS=n GATEWAYS=n
	@.ci/install-missing $(TOOLCHAIN) swift
	$(RELEASE) --product hbsim
	@jobs=$$(nproc); for world in "$(SEEDS)" "$(GATEWAYS) --gateways"; do \
		count=$${world%% *}; share=$$(((count + jobs - 1) / jobs)); \
		seq $(SEED) $$share $$(($(SEED) + share * jobs - 1)) \
			| xargs -P $$jobs -I FIRST $(BIN)/hbsim $${world#$$count} --seed FIRST --seeds $$share || exit; \
	done

explore: SIZE ?= 1
explore: ## go through the ownership protocol state by state; SIZE=2 farther
	@.ci/install-missing $(TOOLCHAIN) swift
	$(RELEASE) --product hbsim
	@$(BIN)/hbsim --explore --seeds $(SIZE)
	@$(BIN)/hbsim --gateways --explore --seeds $(SIZE)

mutants: ## plant each known bug and see the simulator object; SEEDS=n
	@.ci/install-missing $(TOOLCHAIN) patch:patch swift
	.ci/mutants $(SAMPLE:%=--sample %) $(SEEDS)

test-mutants: ## plant bugs that the simulator cannot see, and see the tests object (root)
	@.ci/install-missing $(TESTS) patch:patch
	.ci/test-mutants

replacement: ## walk docs/replace-heartbeat.md on a real Debian and back (root); after make build
	@.ci/install-missing debootstrap:debootstrap $(LABORATORY)
	Tests/replacement.d/run $(abspath $(BIN)) $(INSTALLED)

# Machines that are emulated are slow, and their figures are for each other only.
vm: ## play failovers between gateways that are virtual machines, beside heartbeat 3 (root); ARGS=--help tells more
	@[ "$$(id -u)" -ne 0 ] || .ci/install-missing $(MACHINES) || true
	@.ci/install-missing $(TOOLCHAIN) $(LABORATORY) swift
	@for product in $(INSTALLED) hbvm; do $(RELEASE) --product $$product || exit; done
	@Tests/machines.d/run '$(abspath $(BIN))' '$(INSTALLED)' $(ARGS)

bare: ## do what README says on a fresh minimal Debian in a directory, and see what stays behind (root)
	@.ci/install-missing debootstrap:debootstrap git:git util-linux:unshare swift
	.ci/bare

clean: ## remove everything built
	rm -rf .build
