// Package life plays short lives with the built program, which `JUJU_AGENT` names. It uses none of Juju's code.
package life

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// silence is how long nothing may happen after an answer.
const silence = 300 * time.Millisecond

// charms have an endpoint each, a peer relation, a container and storage where it is named, one option and one action.
var charms = map[string]string{
	"tea": "provides: {leaves: {interface: leaves}}\npeers: {ring: {interface: ring}}\ncontainers: {web: {resource: image}}\nresources: {image: {type: oci-image}}\n",
	"pot": "requires: {leaves: {interface: leaves}}\n",
	"jar": "storage: {data: {type: filesystem}}\nresources: {recipe: {type: file, filename: recipe.txt}}\n",
}

// game is one run of the program.
type game struct {
	t       *testing.T
	dir     string
	process *exec.Cmd
	in      io.WriteCloser
	lines   chan string
}

// line is one line of output.
type line struct {
	Kind, Unit, Hook, Level, Message string
	Outcome                          any
	Answer                           *answer
	Show                             json.RawMessage
}

type answer struct {
	OK      bool
	Refused string
	Action  struct {
		Status, Message string
		Results         map[string]any
	}
}

// play starts the program. Charms run what `says` writes for their units and hooks.
func play(t *testing.T, flags ...string) *game {
	t.Helper()
	t.Parallel()
	program := os.Getenv("JUJU_AGENT")
	if program == "" {
		t.Fatal("JUJU_AGENT names no program: run `testenv/juju-agent/check`")
	}
	dir, err := os.MkdirTemp("", "life")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	g := &game{t: t, dir: dir, lines: make(chan string, 10000)}
	g.writeCharms()
	g.process = exec.Command(program, append([]string{"--dir", filepath.Join(dir, "d"), "--patience", "5m"}, flags...)...)
	g.process.Env = append(os.Environ(), "JUJU_AGENT_LOG=CRITICAL")
	g.process.Stderr = os.Stderr
	if g.in, err = g.process.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := g.process.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := g.process.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(g.lines)
		scanner := bufio.NewScanner(out)
		scanner.Buffer(nil, 1<<24)
		for scanner.Scan() {
			g.lines <- scanner.Text()
		}
	}()
	t.Cleanup(g.end)
	return g
}

// end closes the input and sees that nothing is left running.
func (g *game) end() {
	g.in.Close()
	for range g.lines {
	}
	if err := g.process.Wait(); err != nil {
		g.t.Errorf("the program ended with %v", err)
	}
	if left := g.running(); len(left) > 0 {
		g.t.Errorf("still running: %v", left)
	}
}

// running are the processes that work below the folder of the game.
func (g *game) running() (found []string) {
	processes, err := filepath.Glob("/proc/[0-9]*/cwd")
	if err != nil {
		g.t.Fatal(err)
	}
	for _, process := range processes {
		if cwd, err := os.Readlink(process); err == nil && strings.HasPrefix(cwd, g.dir) {
			found = append(found, process)
		}
	}
	return found
}

func (g *game) writeCharms() {
	for name, metadata := range charms {
		g.write("charms/"+name+"/metadata.yaml", 0o644, fmt.Sprintf("name: %s\nsummary: s\ndescription: d\n%s", name, metadata))
		g.write("charms/"+name+"/manifest.yaml", 0o644, "bases: [{name: ubuntu, channel: '22.04', architectures: [amd64]}]\n")
		g.write("charms/"+name+"/config.yaml", 0o644, "options: {size: {type: int, default: 1}}\n")
		g.write("charms/"+name+"/actions.yaml", 0o644, "brew: {description: d, params: {hot: {type: boolean, default: true}}}\n")
		g.write("charms/"+name+"/dispatch", 0o755, fmt.Sprintf("#!/bin/sh\nsays=%s/says/$JUJU_UNIT_NAME/${JUJU_DISPATCH_PATH##*/}\nseen=%s/seen\n[ ! -f $says ] || . $says\n", g.dir, g.dir))
	}
}

func (g *game) write(name string, mode os.FileMode, content string) string {
	path := filepath.Join(g.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		g.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		g.t.Fatal(err)
	}
	return path
}

// says lets a hook of a unit run a script. What it appends to `$seen` is told by seen.
func (g *game) says(unit, hook, script string) { g.write("says/"+unit+"/"+hook, 0o644, script) }

// seen gives what scripts wrote since it was asked last.
func (g *game) seen() string {
	path := filepath.Join(g.dir, "seen")
	content, err := os.ReadFile(path)
	if err != nil && !os.IsNotExist(err) {
		g.t.Fatal(err)
	}
	os.Remove(path)
	return strings.TrimSpace(string(content))
}

// do carries out an operation and gives the hooks that ran, by unit, and the answer. Nothing may happen after the answer.
func (g *game) do(operation string) (map[string]string, answer) {
	g.t.Helper()
	fmt.Fprintln(g.in, strings.ReplaceAll(operation, "CHARMS", filepath.Join(g.dir, "charms")))
	hooks := map[string]string{}
	for {
		read := g.read()
		switch {
		case read.Answer != nil:
			select {
			case late := <-g.lines:
				g.t.Fatalf("after the answer to %s: %s", operation, late)
			case <-time.After(silence):
			}
			return hooks, *read.Answer
		case read.Level == "CRITICAL":
			g.t.Errorf("%s: %s", read.Unit, read.Message)
		case read.Kind == "hook-end":
			hook := read.Hook
			if read.Outcome != "committed" {
				hook += fmt.Sprintf("(%v)", read.Outcome)
			}
			hooks[read.Unit] = strings.TrimSpace(hooks[read.Unit] + " " + hook)
		}
	}
}

func (g *game) read() line {
	g.t.Helper()
	text, ok := <-g.lines
	if !ok {
		g.t.Fatal("the program ended")
	}
	var read line
	if err := json.Unmarshal([]byte(text), &read); err != nil {
		g.t.Fatalf("%v: %s", err, text)
	}
	return read
}

// expect carries out an operation and compares the hooks: `unit: hook hook`, one unit each. With `unit, any order: …` their
// order is left open, where Juju leaves it to chance.
func (g *game) expect(operation string, wanted ...string) {
	g.t.Helper()
	hooks, answered := g.do(operation)
	if !answered.OK {
		g.t.Fatalf("%s was refused: %s", operation, answered.Refused)
	}
	for _, want := range wanted {
		unit, list, _ := strings.Cut(want, ": ")
		unit, any := strings.CutSuffix(unit, ", any order")
		if hooks[unit] != list && (!any || sorted(hooks[unit]) != sorted(list)) {
			g.t.Errorf("%s: %s ran `%s`, not `%s`", operation, unit, hooks[unit], list)
		}
		delete(hooks, unit)
	}
	if len(hooks) > 0 {
		g.t.Errorf("%s: also ran %v", operation, hooks)
	}
}

func sorted(list string) string {
	words := strings.Fields(list)
	slices.Sort(words)
	return strings.Join(words, " ")
}

// show reads the model into a value.
func (g *game) show(into any) {
	g.t.Helper()
	fmt.Fprintln(g.in, `{"show": {}}`)
	if err := json.Unmarshal(g.read().Show, into); err != nil {
		g.t.Fatal(err)
	}
}
