package unitagent

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/juju/loggo"

	"charmarr/testenv/juju-agent/internal/wire"
)

const (
	charmModule = "unit." // what the charm writes and logs
	toolsModule = "jujuc" // what Juju's server of hook commands logs
	toolLine    = "running hook tool "
)

// logWriter sorts Juju's log: lines of the charm and calls of hook commands are told, the rest goes to stderr.
type logWriter struct {
	unit  string
	tell  func(*wire.Event)
	tools func() // called before a hook command runs
	level loggo.Level
}

// Write implements loggo.Writer.
func (w logWriter) Write(entry loggo.Entry) {
	switch {
	case strings.HasPrefix(entry.Module, charmModule):
		w.tell(&wire.Event{Kind: wire.Log, Level: entry.Level.String(), Text: entry.Message})
		return
	case entry.Module == toolsModule && entry.Level == loggo.TRACE:
		if args, ok := toolCall(entry.Message); ok {
			w.tell(&wire.Event{Kind: wire.HookCommand, Args: args})
			w.tools()
		}
	}
	if entry.Level >= w.level {
		fmt.Fprintf(os.Stderr, "%s: %s %s: %s\n", w.unit, entry.Level, entry.Module, entry.Message)
	}
}

// toolCall reads the command and its arguments from `running hook tool "x" ["-r" "db:1"]`.
func toolCall(message string) (args []string, ok bool) {
	rest, ok := strings.CutPrefix(message, toolLine)
	if !ok || strings.Contains(rest, `" for `) && !strings.HasSuffix(rest, "]") {
		return nil, false
	}
	for rest != "" {
		rest = strings.TrimLeft(rest, " [")
		if rest == "]" || rest == "" {
			break
		}
		quoted, err := strconv.QuotedPrefix(rest)
		if err != nil {
			return nil, false
		}
		arg, err := strconv.Unquote(quoted)
		if err != nil {
			return nil, false
		}
		args = append(args, arg)
		rest = rest[len(quoted):]
	}
	return args, len(args) > 0
}

// setUpLog configures Juju's loggers. JUJU_AGENT_LOG is the lowest level that goes to stderr.
func setUpLog(w logWriter) error {
	w.level = loggo.WARNING
	if name := os.Getenv("JUJU_AGENT_LOG"); name != "" {
		level, ok := loggo.ParseLevel(name)
		if !ok {
			return fmt.Errorf("JUJU_AGENT_LOG is not a level: `%s`", name)
		}
		w.level = level
	}
	if _, err := loggo.ReplaceDefaultWriter(w); err != nil {
		return err
	}
	return loggo.ConfigureLoggers(fmt.Sprintf("<root>=%s;unit=TRACE;%s=TRACE", w.level, toolsModule))
}
