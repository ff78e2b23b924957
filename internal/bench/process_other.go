//go:build !linux

package bench

import (
	"syscall"
	"time"
)

// childAttributes puts a child into a process group of its own, so that Ctrl-C reaches bench alone, which then ends it. If
// bench is killed, its children live on: only Linux has a remedy.
func childAttributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// processorTime is not known here.
func processorTime(int) (time.Duration, bool) { return 0, false }

func forgetPeak(int) {}

// peakMemory is not known here.
func peakMemory(int) (int64, bool) { return 0, false }

func inMemory(string) bool { return false }
