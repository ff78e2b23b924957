//go:build !linux

package test

import "syscall"

// dieWithParent does nothing: elsewhere the server of a killed test binary lives on.
func dieWithParent() *syscall.SysProcAttr { return nil }
