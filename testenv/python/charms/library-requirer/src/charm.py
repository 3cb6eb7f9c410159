"""A media application on the library that the original charms use, unmodified: its relation class and its patch."""

import ops
import quiet  # noqa: F401
from charmarr_lib.core import reconcile_storage_volume
from charmarr_lib.core.interfaces import MediaStorageRequirer, MediaStorageRequirerData
from charmarr_lib.krm import K8sResourceManager


class PlayerCharm(ops.CharmBase):
    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        self.storage = MediaStorageRequirer(self, "media-storage")
        self.framework.observe(self.storage.on.changed, self._reconcile)
        # A pod that was replaced hears of no relation again: only `start` comes.
        for event in [self.on["media-storage"].relation_created, self.on.start]:
            self.framework.observe(event, self._reconcile)

    def _reconcile(self, event: ops.EventBase) -> None:
        self.storage.publish_data(MediaStorageRequirerData(instance_name=self.app.name))
        data = None if isinstance(event, ops.RelationBrokenEvent) else self.storage.get_provider()
        reconcile_storage_volume(
            K8sResourceManager(),
            statefulset_name=self.app.name,
            namespace=self.model.name,
            container_name="player",
            pvc_name=data.pvc_name if data else None,
            mount_path=data.mount_path if data else "/data",
            pgid=data.pgid if data else None,
        )
        if data:
            self.unit.status = ops.ActiveStatus(
                f"{data.pvc_name} at {data.mount_path} as {data.puid}:{data.pgid}",
            )
        else:
            self.unit.status = ops.BlockedStatus("Waiting for media-storage relation")


if __name__ == "__main__":
    ops.main(PlayerCharm)
