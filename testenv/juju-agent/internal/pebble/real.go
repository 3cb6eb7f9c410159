package pebble

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// startup is how long a Pebble may take until it answers.
const startup = 20 * time.Second

// real is the program, in a process group of its own.
type real struct {
	*remote
	process *exec.Cmd
	socket  string
}

// Start starts the program with the state folder `dir`, which it finds empty, as a new container's is.
func Start(program, dir, socket string) (Pebble, error) {
	if err := os.RemoveAll(dir); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	log, err := os.Create(filepath.Join(dir, "pebble.log"))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	process := exec.Command(program, "run", "--hold", "--create-dirs")
	process.Env = []string{"PEBBLE=" + dir, "PEBBLE_SOCKET=" + socket, "PATH=" + os.Getenv("PATH"), "HOME=" + dir}
	process.Stdout, process.Stderr = log, log
	process.SysProcAttr = asFirstProcess()
	if err := process.Start(); err != nil {
		return nil, fmt.Errorf("cannot start `%s`: %w", program, err)
	}
	r := &real{process: process, socket: socket}
	for end := time.Now().Add(startup); ; time.Sleep(5 * time.Millisecond) {
		if r.remote, err = newRemote(socket); err == nil {
			return r, nil
		}
		if time.Now().After(end) {
			r.Stop()
			return nil, err
		}
	}
}

// asFirstProcess puts the program into a process namespace of its own, as in a container. Only as process 1 Pebble makes
// a boot id of its own instead of telling the machine's.
func asFirstProcess() *syscall.SysProcAttr {
	attributes := &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL, Cloneflags: syscall.CLONE_NEWPID}
	if os.Getuid() != 0 {
		attributes.Cloneflags |= syscall.CLONE_NEWUSER
		attributes.UidMappings = []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}}
		attributes.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}}
	}
	return attributes
}

// Stop implements Pebble.
func (r *real) Stop() {
	_ = syscall.Kill(-r.process.Process.Pid, syscall.SIGKILL)
	_ = r.process.Wait()
	_ = os.Remove(r.socket)
	_ = os.Remove(r.socket + ".untrusted")
}
