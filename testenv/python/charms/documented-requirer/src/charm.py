"""A media application as the design document shows one."""

import ops
import quiet  # noqa: F401
from lightkube import Client
from lightkube.resources.apps_v1 import StatefulSet
from media_storage import MediaStorageRequirer, MediaStorageRequirerData


class RadarrCharm(ops.CharmBase):
    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        self.storage_requirer = MediaStorageRequirer(self, "media-storage")
        self.framework.observe(self.storage_requirer.on.changed, self._reconcile)

    def _reconcile(self, _: ops.EventBase) -> None:
        self.storage_requirer.publish_data(MediaStorageRequirerData(instance_name=self.app.name))
        if not self.storage_requirer.is_ready():
            self.unit.status = ops.WaitingStatus("Waiting for shared storage")
            return
        provider = self.storage_requirer.get_provider_data()
        assert provider
        self.patch_statefulset_with_pvc(pvc_name=provider.pvc_name, mount_path=provider.mount_path)
        self.unit.status = ops.ActiveStatus(f"{provider.pvc_name} at {provider.mount_path}")

    def patch_statefulset_with_pvc(self, pvc_name: str, mount_path: str) -> None:
        volume = {"name": "shared-media", "persistentVolumeClaim": {"claimName": pvc_name}}
        container = {"name": "player", "volumeMounts": [{"name": "shared-media", "mountPath": mount_path}]}
        patch = {"spec": {"template": {"spec": {"volumes": [volume], "containers": [container]}}}}
        Client(namespace=self.model.name).patch(StatefulSet, self.app.name, patch)


if __name__ == "__main__":
    ops.main(RadarrCharm)
