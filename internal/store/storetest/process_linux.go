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
