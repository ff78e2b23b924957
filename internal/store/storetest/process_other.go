//go:build !linux

package storetest

import (
	"os"
	"syscall"
)

// processAttributes asks for nothing: only Linux has a death signal, so elsewhere the server of a killed test binary
// lives on; and root can't run a server there.
func processAttributes() *syscall.SysProcAttr { return nil }

// giveAway does nothing: the server runs as whoever runs the tests.
func giveAway(string) error { return nil }

// tempDirs lists where a server's directory may be.
func tempDirs(bool) []string { return []string{os.TempDir()} }
