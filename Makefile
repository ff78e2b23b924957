# Muster is built, run and tested from here. Variables may be given on the command line:
#
#	make run MUSTER_LISTEN=127.0.0.1:9000
#	make test ENGINES=sqlite

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)

# The engines that tests run on.
ENGINES ?= sqlite,postgres

# What "make bench" runs, and how often. More of it shows how far two runs differ by themselves.
BENCH ?= .
COUNT ?= 1

# PostgreSQL's programs, looked for where the tests do (internal/store/storetest/programs.go). Asked of the shell each
# time: make remembers what it saw in a directory, and "make deps test" changes it in between.
POSTGRES = $(shell command -v initdb 2>/dev/null || ls /usr/lib/postgresql/*/bin/initdb 2>/dev/null)

HINT = no PostgreSQL server on this machine: run "make deps", or go on with "make test ENGINES=sqlite"

# The tools have a go.mod of their own: the house's lists what the binary and its tests are made of and nothing else, and
# a tool never raises the version of what is shipped.
TOOL = go tool -modfile=tools/go.mod

.PHONY: build run test deps lint vuln bench clean
.NOTPARALLEL:

# One static binary.
build:
	CGO_ENABLED=0 go build -trimpath -ldflags '-X main.version=$(VERSION)' -o bin/muster ./cmd/muster

# The server takes what it is told by the environment (MUSTER_LISTEN and so on), or its defaults.
run:
	@echo 'Building Muster. The first time takes a few minutes, later ones a few seconds.'
	@$(MAKE) --no-print-directory build
	@listen="$${MUSTER_LISTEN:-127.0.0.1:8080}"; case "$$listen" in :*) listen="localhost$$listen" ;; esac; \
	where="http://$$listen"; case "$$listen" in *:0) where='the address that the log names' ;; esac; \
	echo; \
	echo "Muster starts now. Open $$where in a browser."; \
	echo 'What to type next, in another terminal: docs/guide/first-five-minutes.md.'; \
	echo 'Ctrl-C ends it; what it knows stays.'; \
	echo
	@exec bin/muster serve

# All tests, on each engine, with the race detector (which needs a C compiler).
test:
	@case '$(ENGINES)/$(POSTGRES)' in *postgres*/) echo '$(HINT)' >&2; exit 1 ;; esac
	ENGINES='$(ENGINES)' go test -race ./...

# Installs what the tests need, where it may; says what is missing where it may not.
deps:
	@.ci/deps

lint:
	go vet ./...
	$(TOOL) staticcheck ./...
	@files="$$($(TOOL) gofumpt -l .)" || exit 1; [ -z "$$files" ] || { \
	echo "not formatted; run: $(TOOL) gofumpt -w ."; echo "$$files"; exit 1; } >&2

# Known vulnerabilities in what the binary is made of. It asks the Go project's database over the network, so it is no
# part of lint, which works without.
vuln:
	$(TOOL) govulncheck ./...

# Benchmarks run without the race detector: it makes SQLite many times slower.
bench:
	go test -run '^$$' -bench '$(BENCH)' -benchmem -count $(COUNT) ./...

clean:
	rm -rf bin
