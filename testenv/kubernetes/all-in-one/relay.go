package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// relay ADDRESS NETWORK-NAMESPACE: what connects to the address here is connected on to the same address inside the
// network namespace (a file such as /proc/1/ns/net). By it alone the host reaches the node, which has no link to it.
func relay(args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("usage: relay ADDRESS NETWORK-NAMESPACE")
	}
	address := args[0]
	namespace, err := os.Open(args[1])
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	for {
		near, err := listener.Accept()
		if err != nil {
			return err
		}
		go func() {
			defer near.Close()
			far, err := dialInside(namespace, address)
			if err != nil {
				fmt.Fprintf(os.Stderr, "relay: %v\n", err)
				return
			}
			defer far.Close()
			join(near.(*net.TCPConn), far.(*net.TCPConn))
		}()
	}
}

// dialInside dials on a thread that entered the namespace. The thread stays locked, so it ends with the goroutine and
// nothing else ever runs on it. The address has no name in it: resolving one would use other threads.
func dialInside(namespace *os.File, address string) (net.Conn, error) {
	type result struct {
		connection net.Conn
		err        error
	}
	done := make(chan result)
	go func() {
		runtime.LockOSThread()
		if err := unix.Setns(int(namespace.Fd()), unix.CLONE_NEWNET); err != nil {
			done <- result{err: fmt.Errorf("cannot enter the node's network: %w", err)}
			return
		}
		connection, err := net.Dial("tcp", address)
		done <- result{connection, err}
	}()
	found := <-done
	return found.connection, found.err
}

// join copies both ways until both sides have said all they had to.
func join(near, far *net.TCPConn) {
	done := make(chan struct{})
	pipe := func(to, from *net.TCPConn) {
		io.Copy(to, from)
		to.CloseWrite()
		done <- struct{}{}
	}
	go pipe(near, far)
	go pipe(far, near)
	<-done
	<-done
}
