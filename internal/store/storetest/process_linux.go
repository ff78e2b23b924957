package storetest

import (
	"os"
	"os/user"
	"strconv"
	"syscall"
)

// processAttributes lets a program die with the test binary, however that ends. SIGQUIT is an immediate shutdown: unlike
// SIGKILL it lets the server give its shared memory back. For root the program runs as somebody else.
func processAttributes() *syscall.SysProcAttr {
	attributes := &syscall.SysProcAttr{Pdeathsig: syscall.SIGQUIT, Setpgid: true}
	if os.Geteuid() == 0 {
		uid, gid := unprivileged()
		attributes.Credential = &syscall.Credential{Uid: uid, Gid: gid}
	}
	return attributes
}

// giveAway makes a file the property of whoever runs the server.
func giveAway(path string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	uid, gid := unprivileged()
	return os.Chown(path, int(uid), int(gid))
}

// unprivileged answers whom root runs the server as: postgres, or nobody, or the number that nobody has nearly
// everywhere. A server needs no entry in the user database when it is told its role.
func unprivileged() (uid, gid uint32) {
	for _, name := range []string{"postgres", "nobody"} {
		found, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, uidErr := strconv.ParseUint(found.Uid, 10, 32)
		gid, gidErr := strconv.ParseUint(found.Gid, 10, 32)
		if uidErr == nil && gidErr == nil {
			return uint32(uid), uint32(gid)
		}
	}
	return 65534, 65534
}

// memory is the file system that Linux keeps in memory, and enough of it for several servers at once. A small one, as
// containers have, is left alone.
const (
	memory       = "/dev/shm"
	enoughMemory = 2 << 30
)

// tempDirs lists where a server's directory may be, the best first. A copy of a database is some 300 files: made right
// after such a copy was dropped they take 55 ms on ext4, which doesn't reuse what was freed in the last seconds, and 5 ms
// in memory. Who sets TMPDIR has chosen, and Durable is about disks.
func tempDirs(durable bool) []string {
	var stat syscall.Statfs_t
	if durable || os.Getenv("TMPDIR") != "" || syscall.Statfs(memory, &stat) != nil ||
		stat.Bavail*uint64(stat.Bsize) < enoughMemory {
		return []string{os.TempDir()}
	}
	return []string{memory, os.TempDir()}
}
