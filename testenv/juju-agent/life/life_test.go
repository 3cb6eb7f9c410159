package life

import (
	"maps"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestALife(t *testing.T) {
	g := play(t)
	g.expect(`{"deploy": {"app": "tea", "charm": "CHARMS/tea", "units": 2}}`,
		"tea/0: install ring-relation-created leader-elected config-changed start ring-relation-joined ring-relation-changed",
		"tea/1: install ring-relation-created leader-settings-changed config-changed start ring-relation-joined ring-relation-changed")
	g.expect(`{"deploy": {"app": "pot", "charm": "CHARMS/pot"}}`, "pot/0: install leader-elected config-changed start")
	g.says("tea/0", "update-status", "relation-set -r 1 --app from=tea\n")
	g.expect(`{"integrate": {"a": "tea:leaves", "b": "pot"}}`,
		"tea/0: leaves-relation-created leaves-relation-joined leaves-relation-changed",
		"tea/1: leaves-relation-created leaves-relation-joined leaves-relation-changed",
		"pot/0: leaves-relation-created leaves-relation-joined leaves-relation-changed leaves-relation-joined leaves-relation-changed")
	g.says("pot/0", "leaves-relation-changed", "relation-get from >>$seen\n")
	g.expect(`{"update-status": {"unit": "tea/0"}}`, "tea/0: update-status", "pot/0: leaves-relation-changed")
	if seen := g.seen(); seen != "tea" {
		t.Errorf("pot/0 read `%s`", seen)
	}
	g.expect(`{"move-leadership": {"to": "tea/1"}}`, "tea/0: leader-settings-changed", "tea/1: leader-elected")
	g.expect(`{"scale-application": {"app": "tea", "units": 1}}`,
		"tea/0: ring-relation-departed leader-elected", "pot/0: leaves-relation-departed",
		"tea/1, any order: ring-relation-departed leaves-relation-departed leaves-relation-broken stop remove")
	g.expect(`{"together": [{"remove-application": {"app": "tea"}}, {"remove-application": {"app": "pot"}}]}`,
		"tea/0: leaves-relation-departed leaves-relation-broken stop remove",
		"pot/0: leaves-relation-departed leaves-relation-broken stop remove")
	var left struct{ Applications, Relations any }
	g.show(&left)
	if len(left.Applications.(map[string]any)) > 0 || len(left.Relations.([]any)) > 0 {
		t.Errorf("left over: %v", left)
	}
}

func TestFailures(t *testing.T) {
	g := play(t)
	g.expect(`{"deploy": {"app": "pot", "charm": "CHARMS/pot"}}`, "pot/0: install leader-elected config-changed start")
	// What is set to its default is set.
	g.expect(`{"config": {"app": "pot", "values": {"size": "1"}}}`, "pot/0: config-changed")
	g.expect(`{"config": {"app": "pot", "values": {"size": "1"}}}`)
	g.says("pot/0", "config-changed", "exit 3\n")
	failed := "pot/0: config-changed(map[failed:exit status 3])"
	g.expect(`{"config": {"app": "pot", "values": {"size": "2"}}}`, failed)
	g.expect(`{"update-status": {"unit": "pot/0"}}`)
	g.expect(`{"retry": {"unit": "pot/0"}}`, failed)
	g.expect(`{"resolve": {"unit": "pot/0", "retry": true}}`, failed)
	_, answered := g.do(`{"run": {"unit": "pot/0", "action": "brew", "params": {}}}`)
	if answered.Action.Status != "completed" {
		t.Errorf("the action is %v", answered.Action)
	}
	// The tick of update-status is swallowed by the hook that is skipped.
	g.expect(`{"resolve": {"unit": "pot/0"}}`)
	g.says("pot/0", "config-changed", "is-leader; exit 0\n")
	g.expect(`{"hook-killed-next": {"unit": "pot/0"}}`)
	g.expect(`{"config": {"app": "pot", "values": {"size": "4"}}}`, "pot/0: config-changed(killed)")
	g.expect(`{"retry": {"unit": "pot/0"}}`, "pot/0: config-changed start")
}

func TestPods(t *testing.T) {
	g := play(t)
	pods(g)
}

func TestPodsWithTheRealPebble(t *testing.T) {
	program := os.Getenv("PEBBLE")
	if program == "" {
		t.Fatal("PEBBLE names no program: run `testenv/juju-agent/check`")
	}
	pods(play(t, "--pebble", program))
}

func pods(g *game) {
	g.t.Helper()
	g.expect(`{"deploy": {"app": "tea", "charm": "CHARMS/tea"}}`, "tea/0: install ring-relation-created leader-elected config-changed start")
	up := `{"pebble-up": {"unit": "tea/0", "container": "web"}}`
	g.expect(up, "tea/0: web-pebble-ready")
	g.says("tea/0", "web-pebble-custom-notice", "echo $JUJU_NOTICE_KEY >>$seen\n")
	g.expect(`{"pebble-notice": {"unit": "tea/0", "container": "web", "key": "example.com/x", "data": {"a": "b"}}}`, "tea/0: web-pebble-custom-notice")
	if seen := g.seen(); seen != "example.com/x" {
		g.t.Errorf("tea/0 saw the notice `%s`", seen)
	}
	g.expect(`{"charm-container-restarted": {"unit": "tea/0"}}`, "tea/0: start web-pebble-custom-notice web-pebble-ready")
	g.expect(up, "tea/0: web-pebble-ready")
	g.expect(`{"pod-replaced": {"unit": "tea/0"}}`, "tea/0: stop upgrade-charm config-changed start")
	g.says("tea/0", "web-pebble-ready", "exit 1\n")
	g.expect(up, "tea/0: web-pebble-ready(map[failed:exit status 1])")
	g.says("tea/0", "web-pebble-ready", "exit 0\n")
	g.expect(`{"retry": {"unit": "tea/0"}}`, "tea/0: web-pebble-ready")
	g.seen() // the restarted agent saw the notice once more
	g.write("charms/tea/config.yaml", 0o644, "options: {depth: {type: int, default: 2}}\n")
	g.says("tea/0", "stop", "config-get --format=json >>$seen\n")
	g.says("tea/0", "upgrade-charm", "config-get --format=json >>$seen\n")
	g.expect(`{"refresh": {"app": "tea", "charm": "CHARMS/tea"}}`, "tea/0: stop upgrade-charm config-changed start")
	if seen := g.seen(); seen != "{\"size\":1}\n{\"depth\":2}" {
		g.t.Errorf("tea/0 saw `%s`", seen)
	}
	// An agent that was started again takes the peer relation for one that breaks.
	g.expect(`{"remove-application": {"app": "tea"}}`, "tea/0: ring-relation-broken stop remove")
}

func TestStorageAndResources(t *testing.T) {
	g := play(t)
	recipe := g.write("recipe.txt", 0o644, "steep")
	g.says("jar/0", "data-storage-attached", "storage-get location >>$seen\n")
	g.says("jar/0", "start", "cat $(resource-get recipe) >>$seen\n")
	g.expect(`{"deploy": {"app": "jar", "charm": "CHARMS/jar", "resources": {"recipe": "`+recipe+`"}}}`,
		"jar/0, any order: data-storage-attached install leader-elected config-changed start")
	if seen := g.seen(); seen != "/var/lib/juju/storage/data/0\nsteep" {
		t.Errorf("jar/0 saw `%s`", seen)
	}
	g.expect(`{"remove-application": {"app": "jar"}}`, "jar/0: data-storage-detaching stop remove")
}

func TestSecrets(t *testing.T) {
	g := play(t)
	g.expect(`{"deploy": {"app": "tea", "charm": "CHARMS/tea"}}`, "tea/0: install ring-relation-created leader-elected config-changed start")
	g.expect(`{"deploy": {"app": "pot", "charm": "CHARMS/pot"}}`, "pot/0: install leader-elected config-changed start")
	g.says("tea/0", "leaves-relation-created", "id=$(secret-add word=one)\nsecret-grant $id -r 1\nrelation-set --app id=$id\n")
	// The first of them may run before tea/0 said anything.
	g.says("pot/0", "leaves-relation-changed", "id=$(relation-get --app id tea)\n[ -z \"$id\" ] || secret-get $id word >>$seen\n")
	g.says("pot/0", "secret-changed", "secret-get $JUJU_SECRET_ID --refresh word >>$seen\n")
	g.says("tea/0", "update-status", "secret-set $(relation-get -r 1 --app id tea) word=two\n")
	g.says("tea/0", "secret-remove", "echo $JUJU_SECRET_REVISION >>$seen\n")
	if _, answered := g.do(`{"integrate": {"a": "tea", "b": "pot"}}`); !answered.OK {
		t.Fatal(answered.Refused)
	}
	if seen := slices.Compact(strings.Fields(g.seen())); !slices.Equal(seen, []string{"one"}) {
		t.Errorf("pot/0 read %v", seen)
	}
	g.expect(`{"update-status": {"unit": "tea/0"}}`, "tea/0: update-status secret-remove", "pot/0: secret-changed")
	if seen := strings.Fields(g.seen()); !slices.Equal(seen, []string{"two", "1"}) {
		t.Errorf("they saw %v", seen)
	}
}

func TestTimersOfSecrets(t *testing.T) {
	g := play(t)
	g.says("pot/0", "start", "secret-add --label turns --rotate daily word=one\nsecret-add --label ends --expire 48h word=two\n")
	g.expect(`{"deploy": {"app": "pot", "charm": "CHARMS/pot"}}`, "pot/0: install leader-elected config-changed start")
	g.says("pot/0", "secret-rotate", "echo $JUJU_SECRET_LABEL turned >>$seen\n")
	g.says("pot/0", "secret-expired", "echo $JUJU_SECRET_LABEL/$JUJU_SECRET_REVISION >>$seen\nsecret-remove $JUJU_SECRET_ID\n")
	g.says("pot/0", "update-status", "secret-add --label turns word=three\n")
	g.expect(`{"update-status": {"unit": "pot/0"}}`, `pot/0: update-status(map[failed:creating secrets: secret with label "turns" already exists])`)
	g.expect(`{"resolve": {"unit": "pot/0"}}`)
	g.expect(`{"secrets-due": {"unit": "pot/0"}}`, "pot/0, any order: secret-rotate secret-expired")
	if seen := sorted(g.seen()); seen != "ends/1 turned turns" {
		t.Errorf("pot/0 saw `%s`", seen)
	}
	var left struct {
		Secrets []struct{ Label, Owner string }
	}
	g.show(&left)
	if len(left.Secrets) != 1 || left.Secrets[0].Label != "turns" || left.Secrets[0].Owner != "pot" {
		t.Errorf("left over: %v", left)
	}
}

// What the double says of the model, as hook commands print it.
func TestFacts(t *testing.T) {
	g := play(t)
	g.expect(`{"deploy": {"app": "tea", "charm": "CHARMS/tea", "config": {"size": "7"}}}`,
		"tea/0: install ring-relation-created leader-elected config-changed start")
	g.says("tea/0", "update-status", `{
		config-get --format=json size
		network-get leaves --bind-address
		network-get leaves --ingress-address
		unit-get private-address
		goal-state --format=json | grep -o '"tea/0":{"status":"[a-z]*"'
		open-port 443; open-port 80/tcp; open-port icmp
		state-set kept=yes
		application-version-set 1.2
		status-set --application waiting soon
	} >>$seen`)
	g.expect(`{"update-status": {"unit": "tea/0"}}`, "tea/0: update-status")
	wanted := "7\n10.1.0.2\n10.152.183.21\n10.1.0.2\n\"tea/0\":{\"status\":\"unknown\""
	if seen := g.seen(); seen != wanted {
		t.Errorf("tea/0 saw `%s`, not `%s`", seen, wanted)
	}
	var shown struct {
		Applications map[string]struct {
			Status struct{ Status, Message string }
			Units  map[string]struct {
				Version string
				Ports   []string
				State   map[string]string
			}
		}
	}
	g.show(&shown)
	tea := shown.Applications["tea"]
	unit := tea.Units["tea/0"]
	if tea.Status.Status != "waiting" || unit.Version != "1.2" || unit.State["kept"] != "yes" || !slices.Equal(unit.Ports, []string{"icmp", "80/tcp", "443/tcp"}) {
		t.Errorf("shown: %v", shown)
	}
}

func TestRefusals(t *testing.T) {
	g := play(t)
	g.expect(`{"deploy": {"app": "tea", "charm": "CHARMS/tea", "units": 0}}`)
	refusals := map[string]string{
		`{"deploy": {"app": "tea", "charm": "CHARMS/tea"}}`:          `cannot add application "tea": application already exists`,
		`{"deploy": {"app": "x", "charm": "/nowhere"}}`:              "cannot read the charm in `/nowhere`",
		`{"config": {"app": "tea", "values": {"size": "big"}}}`:      `option "size" expected int, got "big"`,
		`{"config": {"app": "tea", "values": {"nope": "1"}}}`:        `unknown option "nope"`,
		`{"integrate": {"a": "tea", "b": "pot"}}`:                    `application "pot" not found`,
		`{"run": {"unit": "tea/0", "action": "brew", "params": {}}}`: `"unit-tea-0" not found`,
		`{"nope": {}}`:                        "unknown operation `nope`",
		`{"trust": {"application": "tea"}}`:   `unknown field "application"`,
		`not JSON`:                            "cannot read operation",
		`{"pod-replaced": {"unit": "tea/7"}}`: `unit "tea/7" not found`,
		`{"together": [{"trust": {"app": "tea"}}, {"trust": {"app": "nope"}}]}`: `application "nope" not found`,
	}
	for operation, why := range maps.All(refusals) {
		hooks, answered := g.do(operation)
		if answered.OK || !strings.Contains(answered.Refused, why) || len(hooks) > 0 {
			t.Errorf("%s: %v, not `%s`; hooks %v", operation, answered, why, hooks)
		}
	}
}

// When the program is killed, its agents and their hooks end.
func TestNothingIsLeft(t *testing.T) {
	g := play(t)
	g.says("pot/0", "start", "exec sleep 1000\n")
	g.in.Write([]byte(strings.ReplaceAll(`{"deploy": {"app": "pot", "charm": "CHARMS/pot"}}`+"\n", "CHARMS", g.dir+"/charms")))
	for g.read().Hook != "start" {
	}
	if err := g.process.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(10 * time.Second); len(g.running()) > 0 && time.Now().Before(end); {
		time.Sleep(20 * time.Millisecond)
	}
}
