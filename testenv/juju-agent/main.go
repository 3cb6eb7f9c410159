// Juju's own unit agent against a double of its controller, driven by lines of JSON. See README.md.
//
// This program is linked with Juju and is distributed under the GNU Affero General Public License, version 3.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"charmarr/testenv/juju-agent/internal/harness"
	"charmarr/testenv/juju-agent/internal/unitagent"
)

func main() {
	if len(os.Args) == 2 && os.Args[1] == unitagent.Command {
		os.Exit(unitagent.Main())
	}
	if err := run(); err != nil {
		fmt.Fprintf(os.Stderr, "juju-agent: %v\n", err)
		os.Exit(1)
	}
}

func run() error {
	var options harness.Options
	flag.StringVar(&options.Dir, "dir", "", "the `folder` below which the agents live")
	flag.StringVar(&options.Pebble, "pebble", "", "a Pebble `program` for the workloads; without it, a double of Pebble")
	flag.DurationVar(&options.Patience, "patience", 2*time.Minute, "how long one operation may take")
	flag.Parse()
	if options.Dir == "" || flag.NArg() > 0 {
		return fmt.Errorf("usage: juju-agent --dir FOLDER [--pebble PROGRAM] [--patience 2m]")
	}
	h, err := harness.New(options, os.Stdout)
	if err != nil {
		return err
	}
	defer h.Close()
	done := make(chan error, 1)
	go func() { done <- h.Run(os.Stdin) }()
	stopped := make(chan os.Signal, 1)
	signal.Notify(stopped, syscall.SIGTERM, syscall.SIGINT)
	select {
	case err := <-done:
		return err
	case <-stopped:
		return nil
	}
}
