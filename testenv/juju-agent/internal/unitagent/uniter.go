package unitagent

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/juju/errors"
	"github.com/juju/loggo"
	"github.com/juju/names/v5"
	"github.com/juju/worker/v3"

	jujuagent "github.com/juju/juju/agent"
	"github.com/juju/juju/api/agent/caasapplication"
	"github.com/juju/juju/api/agent/leadership"
	"github.com/juju/juju/api/agent/secretsmanager"
	apiuniter "github.com/juju/juju/api/agent/uniter"
	coreleadership "github.com/juju/juju/core/leadership"
	"github.com/juju/juju/core/machinelock"
	"github.com/juju/juju/core/model"
	"github.com/juju/juju/downloader"
	"github.com/juju/juju/rpc/params"
	jujusecrets "github.com/juju/juju/secrets"
	"github.com/juju/juju/worker/caasunitterminationworker"
	"github.com/juju/juju/worker/common/reboot"
	"github.com/juju/juju/worker/fortress"
	leadershipworker "github.com/juju/juju/worker/leadership"
	"github.com/juju/juju/worker/secretexpire"
	"github.com/juju/juju/worker/secretrotate"
	"github.com/juju/juju/worker/uniter"
	"github.com/juju/juju/worker/uniter/charm"
	"github.com/juju/juju/worker/uniter/operation"
	"github.com/juju/juju/worker/uniter/remotestate"
)

// leadershipGuarantee is what containeragent gives its leadership tracker.
const leadershipGuarantee = 30 * time.Second

// retryStrategy is what a controller answers: 5 seconds, doubled up to 5 minutes. The timer goes off by order only.
var retryStrategy = params.RetryStrategy{
	ShouldRetry: true, MinRetryTime: 5 * time.Second, MaxRetryTime: 5 * time.Minute, RetryTimeFactor: 2,
}

func (a *agent) tag() names.UnitTag { return names.NewUnitTag(a.start.Unit) }

// uniterParams are the uniter's, as containeragent sets them for a sidecar charm.
func (a *agent) uniterParams() (*uniter.UniterParams, error) {
	resources, err := apiuniter.NewResourcesFacadeClient(a.caller, a.tag())
	if err != nil {
		return nil, err
	}
	guard, err := charmDirGuard()
	if err != nil {
		return nil, err
	}
	secrets := secretsmanager.NewClient(a.caller)
	logger := loggo.GetLogger("juju.worker.uniter")
	tracker := leadershipworker.NewTracker(a.tag(), leadership.NewClient(a.caller), a.leaseClock, leadershipGuarantee)
	return &uniter.UniterParams{
		UniterFacade:    apiuniter.NewState(a.caller, a.tag()),
		ResourcesFacade: resources,
		PayloadFacade:   apiuniter.NewPayloadFacadeClient(a.caller),
		SecretsClient:   secrets,
		SecretsBackendGetter: func() (jujusecrets.BackendsClient, error) {
			return jujusecrets.NewClient(secrets)
		},
		UnitTag:                      a.tag(),
		ModelType:                    model.CAAS,
		LeadershipTrackerFunc:        func(names.UnitTag) coreleadership.TrackerWorker { return tracker },
		SecretRotateWatcherFunc:      a.rotations(secrets),
		SecretExpiryWatcherFunc:      a.expiries(secrets),
		DataDir:                      a.dataDir(),
		Downloader:                   charmDownloader{a.caller},
		MachineLock:                  &podLock{},
		CharmDirGuard:                guard,
		UpdateStatusSignal:           func(time.Duration) remotestate.Waiter { return a },
		HookRetryStrategy:            retryStrategy,
		NewOperationExecutor:         operation.NewExecutor,
		NewDeployer:                  charm.NewDeployer,
		NewProcessRunner:             a.hooks.newRunner,
		TranslateResolverErr:         uniter.TranslateFortressErrors,
		Clock:                        a.uniterClock,
		RebootQuerier:                reboot.NewMonitor(a.dataDir()),
		Logger:                       logger,
		Sidecar:                      true,
		EnforcedCharmModifiedVersion: a.start.CharmVersion,
		ContainerNames:               a.start.Containers,
		NewPebbleClient:              a.pebbles.newClient,
	}, nil
}

func charmDirGuard() (fortress.Guard, error) {
	manifold := fortress.Manifold()
	running, err := manifold.Start(nil)
	if err != nil {
		return nil, err
	}
	var guard fortress.Guard
	return guard, manifold.Output(running, &guard)
}

// owners are the unit, and the application on its leader.
func owners(unit names.UnitTag, leader bool) []names.Tag {
	if !leader {
		return []names.Tag{unit}
	}
	app, err := names.UnitApplication(unit.Id())
	if err != nil {
		return []names.Tag{unit}
	}
	return []names.Tag{unit, names.NewApplicationTag(app)}
}

func (a *agent) rotations(facade *secretsmanager.Client) remotestate.SecretTriggerWatcherFunc {
	return func(unit names.UnitTag, leader bool, out chan []string) (worker.Worker, error) {
		return secretrotate.New(secretrotate.Config{
			SecretManagerFacade: facade, Clock: a.secretsClock, Logger: loggo.GetLogger("juju.worker.secretrotate"),
			SecretOwners: owners(unit, leader), RotateSecrets: out,
		})
	}
}

func (a *agent) expiries(facade *secretsmanager.Client) remotestate.SecretTriggerWatcherFunc {
	return func(unit names.UnitTag, leader bool, out chan []string) (worker.Worker, error) {
		return secretexpire.New(secretexpire.Config{
			SecretManagerFacade: facade, Clock: a.secretsClock, Logger: loggo.GetLogger("juju.worker.secretexpire"),
			SecretOwners: owners(unit, leader), ExpireRevisions: out,
		})
	}
}

// terminator is Juju's worker that, at SIGTERM, has the uniter run `stop` and end.
func (a *agent) terminator(u *uniter.Uniter) worker.Worker {
	return caasunitterminationworker.NewWorker(caasunitterminationworker.Config{
		Agent: identity{tag: a.tag()}, State: caasapplication.NewClient(a.caller), UnitTerminator: u,
		Logger: loggo.GetLogger("juju.worker.caasunitterminationworker"), Clock: a.leaseClock,
	})
}

// identity is the part of an agent's configuration that the terminator reads.
type identity struct {
	jujuagent.Agent
	jujuagent.Config
	tag names.Tag
}

// CurrentConfig implements agent.Agent.
func (i identity) CurrentConfig() jujuagent.Config { return i }

// Tag implements agent.Config.
func (i identity) Tag() names.Tag { return i.tag }

// podLock is the machine lock: one for each pod, so one for each agent.
type podLock struct{ mu sync.Mutex }

// Acquire implements machinelock.Lock.
func (l *podLock) Acquire(machinelock.Spec) (func(), error) {
	l.mu.Lock()
	return l.mu.Unlock, nil
}

// Report implements machinelock.Lock.
func (l *podLock) Report(...machinelock.ReportOption) (string, error) { return "", nil }

// charmDownloader gets charm archives from the double.
type charmDownloader struct{ caller *caller }

// Download implements charm.Downloader.
func (d charmDownloader) Download(request downloader.Request) (string, error) {
	var archive []byte
	if err := d.caller.APICall("HTTP", 1, "", "GET", "/charms/"+request.ArchiveSha256, &archive); err != nil {
		return "", errors.Annotate(err, "cannot download the charm")
	}
	if err := os.MkdirAll(request.TargetDir, 0o755); err != nil {
		return "", err
	}
	path := filepath.Join(request.TargetDir, fmt.Sprintf("download-%s", request.ArchiveSha256))
	return path, os.WriteFile(path, archive, 0o644)
}
