package bench

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// childAttributes puts a child into a process group of its own, so that Ctrl-C reaches bench alone, which then ends it; and
// has it killed if bench is.
func childAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// clockTick is the unit of processor times in /proc; Linux shows programs hundredths of a second on all machines.
const clockTick = time.Second / 100

// processorTime is how long the processors have worked for a process so far.
func processorTime(pid int) (time.Duration, bool) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, false
	}
	// The second field is a name in parentheses that may hold anything; the 14th and 15th are the times.
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	if len(fields) < 13 {
		return 0, false
	}
	user, err1 := strconv.ParseInt(fields[11], 10, 64)
	system, err2 := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * clockTick, err1 == nil && err2 == nil
}

// forgetPeak has the peak of memory begin anew.
func forgetPeak(pid int) {
	const peak = "5"
	_ = os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", pid), []byte(peak), 0) // without it the peak is that since the start
}

// peakMemory is the most memory that a process had at once, in bytes.
func peakMemory(pid int) (int64, bool) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, false
	}
	_, after, found := strings.Cut(string(text), "VmHWM:")
	if !found {
		return 0, false
	}
	var kib int64
	_, err = fmt.Sscanf(after, "%d kB", &kib)
	return kib << 10, err == nil
}

// inMemory reports whether a folder is not on a disk: there, to sync costs nothing.
func inMemory(folder string) bool {
	const tmpfs, ramfs = 0x01021994, 0x858458f6
	var s syscall.Statfs_t
	return syscall.Statfs(folder, &s) == nil && (s.Type == tmpfs || s.Type == ramfs)
}
