// The tools of "make lint" and "make vuln". They are no part of the house's go.mod, whose list is what the binary and its
// tests are made of: so a tool's needs (another version of a library, say) never change what is shipped.
module muster/tools

go 1.26.0

// govulncheck asks for this version, which can't be had everywhere; the one before serves as well.
exclude golang.org/x/telemetry v0.0.0-20261010193011-f71dc92da45e

tool (
	golang.org/x/vuln/cmd/govulncheck
	honnef.co/go/tools/cmd/staticcheck
	mvdan.cc/gofumpt
)

require (
	github.com/BurntSushi/toml v1.4.1-0.20240526193622-a339e1f7089c // indirect
	golang.org/x/exp/typeparams v0.0.0-20231108232855-2478ac86f678 // indirect
	golang.org/x/mod v0.42.0 // indirect
	golang.org/x/sync v0.24.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
	golang.org/x/telemetry v0.0.0-20261009151841-97e8ea77aa2a // indirect
	golang.org/x/tools v0.52.0 // indirect
	golang.org/x/vuln v1.9.0 // indirect
	honnef.co/go/tools v0.8.2 // indirect
	mvdan.cc/gofumpt v0.12.0 // indirect
)
