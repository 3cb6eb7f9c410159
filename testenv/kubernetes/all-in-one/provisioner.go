package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"

	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/klog/v2"
	"sigs.k8s.io/sig-storage-lib-external-provisioner/v10/controller"
)

// provisionerName is what a StorageClass asks for.
const provisionerName = "charmarr.test/folders"

// folders provisions volumes that are folders of the node below one root, so that every pod of the node can share
// them. The parameter `accessModes` of a class, names with commas between them, limits what it gives.
type folders struct{ root string }

var _ controller.Provisioner = folders{}

// provision KUBECONFIG FOLDER: the dynamic provisioner of the node. It makes a folder of mode 0777 for each claim and
// removes it with everything in it when a volume with the reclaim policy Delete is released.
func provision(args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("usage: provisioner KUBECONFIG FOLDER")
	}
	config, err := clientcmd.BuildConfigFromFlags("", args[0])
	if err != nil {
		return err
	}
	config.QPS, config.Burst = 100, 200
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	controller.NewProvisionController(klog.FromContext(ctx), client, provisionerName, folders{args[1]}, controller.LeaderElection(false)).Run(ctx)
	return nil
}

func (f folders) Provision(_ context.Context, options controller.ProvisionOptions) (*core.PersistentVolume, controller.ProvisioningState, error) {
	spec := options.PVC.Spec
	if given := options.StorageClass.Parameters["accessModes"]; given != "" {
		for _, mode := range spec.AccessModes {
			if !slices.Contains(strings.Split(given, ","), string(mode)) {
				return nil, controller.ProvisioningFinished, fmt.Errorf("the class `%s` gives %s, not %s", options.StorageClass.Name, given, mode)
			}
		}
	}
	folder := filepath.Join(f.root, options.PVName)
	// The mode of a new folder is cut by the umask; that of a changed one is not.
	if err := errors.Join(os.MkdirAll(folder, 0o777), os.Chmod(folder, 0o777)); err != nil {
		return nil, controller.ProvisioningFinished, err
	}
	kind := core.HostPathDirectory
	return &core.PersistentVolume{
		ObjectMeta: meta.ObjectMeta{Name: options.PVName},
		Spec: core.PersistentVolumeSpec{
			PersistentVolumeReclaimPolicy: *options.StorageClass.ReclaimPolicy,
			AccessModes:                   spec.AccessModes,
			MountOptions:                  options.StorageClass.MountOptions,
			Capacity:                      core.ResourceList{core.ResourceStorage: spec.Resources.Requests[core.ResourceStorage]},
			PersistentVolumeSource:        core.PersistentVolumeSource{HostPath: &core.HostPathVolumeSource{Path: folder, Type: &kind}},
		},
	}, controller.ProvisioningFinished, nil
}

// Delete removes nothing but the folder that Provision made: its name is the volume's.
func (f folders) Delete(_ context.Context, volume *core.PersistentVolume) error {
	return os.RemoveAll(filepath.Join(f.root, volume.Name))
}
