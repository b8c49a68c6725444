# What one does with this checkout. `make` alone lists it.
#
# Folders called build, content and the like exist: every target here is phony.
.PHONY: help serve build program test simulate setup check soak bench-leads vuln bench package release smoke smoke-aws

.DEFAULT_GOAL := help

# ARGS goes to the program: make serve ARGS="--addr 127.0.0.1:9000". PKG chooses what is tested, SEEDS and FIRST
# which histories are simulated.
ARGS ?=
PKG ?= ./...
SEEDS ?= 2000
FIRST ?= 1

# The tests speak to servers of their own on this machine. Should one ever look past them, it must find
# neither a person's AWS account nor a machine's role; a DYNAMODB_ENDPOINT comes with its own.
ifndef DYNAMODB_ENDPOINT
WITHOUT_AWS := env -u AWS_PROFILE -u AWS_SESSION_TOKEN AWS_ACCESS_KEY_ID=made-up AWS_SECRET_ACCESS_KEY=made-up \
	AWS_REGION=eu-central-1 AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null AWS_EC2_METADATA_DISABLED=true
endif

help: ## this list
	@awk -F ': .*## ' '/^[a-z-]+:.* ## / { printf "make %-11s %s\n", $$1, $$2 }' Makefile

serve: program ## the example site, with forms, mailbox and live reload, on http://127.0.0.1:8080
	@./leadsite serve $(ARGS)

build: program ## the program ./leadsite, and with it the example site into public/
	@./leadsite build $(ARGS)

program:
	@command -v go >/dev/null || { echo "leadsite needs Go 1.26 or newer: https://go.dev/doc/install" >&2; exit 1; }
	@go build -o leadsite .

# Without the test cache (-count=1): it does not notice changes in what the tests start (programs they
# build, the browser, moto), and would repeat the success of yesterday.
test: setup ## everything there is to test, after setting up what that needs
	@$(WITHOUT_AWS) go run ./e2e/gotest -race -count=1 -timeout 40m $(PKG)
ifeq ($(PKG),./...)
	@$(MAKE) --no-print-directory simulate
endif

# Without the race detector: one history runs on one goroutine at a time, and many histories need speed.
simulate: ## days of trouble for leads, SEEDS of them, held against what is promised
	@go run ./e2e/gotest -count=1 -timeout 40m ./e2e/simulation -args -seeds $(SEEDS) -first $(FIRST)

setup:
	@e2e/setup

check: ## format, vet, staticcheck, go.mod, and who may import whom
	@echo "check: gofmt"; \
	files=$$(find . -path './.*' -prune -o -name '*.go' -exec gofmt -l {} +) || exit 1; \
	test -z "$$files" || { printf 'to be formatted with gofmt -w:\n%s\n' "$$files" >&2; exit 1; }
	@echo "check: go vet, for Linux, macOS and Windows"; go vet ./... && GOOS=darwin go vet ./... && GOOS=windows go vet ./...
	@echo "check: staticcheck"; go tool staticcheck ./...
	@echo "check: go mod tidy"; go mod tidy -diff
	@echo "check: import rules"; go test -run Imports .
	@echo "check: nothing to object to"

soak: program ## 200,000 forms while the server is killed 20 times, then a flood: all must be stored once, and told
	@go run ./e2e/load -leadsite ./leadsite soak
	@go run ./e2e/load -leadsite ./leadsite flood

bench-leads: program ## how many forms a second are accepted, with the disk's own rate beside it
	@go run ./e2e/load -leadsite ./leadsite bench

vuln: ## known vulnerabilities in what we depend on; asks a database on the internet
	@go tool govulncheck ./...

# BENCH=full adds 100,000 posts, for which Hugo would need more memory than most machines have.
bench: program ## the race against Hugo over 1,000 and 10,000 posts, then the benchmarks of the Go packages
	@go run ./e2e/race -leadsite ./leadsite -posts 1000,10000
ifeq ($(BENCH),full)
	@go run ./e2e/race -leadsite ./leadsite -posts 100000 -scenes cold -runs 1 -alone
endif
	@$(WITHOUT_AWS) go test -run '^$$' -bench . -benchmem $(PKG)

package: ## the zips of the Lambda functions, into dist/
	@go run . package $(ARGS)

# VERSION is what the programs say of themselves.
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)
release: ## leadsite for Linux, macOS and Windows, with the functions inside and checksums, into dist/release/
	@go run ./infra/release -version "$(VERSION)" $(ARGS)

TIME ?= 10s
.PHONY: fuzz

# Go runs one target at a time; what it finds it writes below testdata/fuzz, where make test runs it from then on.
fuzz: ## every fuzz target for TIME (10s), one after the other
	@find . -path './.*' -prune -o -name '*_test.go' -exec grep -Ho '^func Fuzz[A-Za-z0-9]*' {} + | sort | while IFS=: read -r file target; do \
		echo "fuzz: $$(dirname "$$file") $${target#func }, for $(TIME)"; \
		go test -run '^$$' -fuzz "^$${target#func }\$$" -fuzztime $(TIME) -fuzzminimizetime 20x "$$(dirname "$$file")" || exit 1; \
	done

smoke: ## looks at a site from outside, storing nothing: make smoke URL=https://www.example.com/
	@go run ./e2e/smoke "$(URL)"

smoke-aws: ## a second copy of a site into your own AWS account, looked at and taken away again; SOURCE=folder
	@SOURCE="$(SOURCE)" e2e/smoke-aws
