// Command muster is the user system in one binary. See muster --help.
package main

import (
	"os"

	"muster/internal/cli"
)

var version = "devel" // set by the build

func main() { os.Exit(cli.Main(os.Args[1:], version)) }
