"""A storage charm as the design document shows one: it observes its own events and no relation event."""

import claim
import ops
import quiet  # noqa: F401
from media_storage import KEY, MediaStorageProvider, MediaStorageProviderData


class CharmarrStorageCharm(ops.CharmBase):
    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        self.provider = MediaStorageProvider(self, "media-storage")
        self.framework.observe(self.on.config_changed, self._reconcile)

    def _reconcile(self, _: ops.EventBase) -> None:
        name = str(self.config["claim"])
        claim.make(self.model.name, name, "local-path")
        self.provider.publish_data(
            MediaStorageProviderData(pvc_name=name, mount_path=str(self.config["mount-path"])),
        )
        if raw := str(self.config["raw"]):
            for relation in self.model.relations["media-storage"]:
                relation.data[self.app][KEY] = raw
        self.unit.status = ops.ActiveStatus()


if __name__ == "__main__":
    ops.main(CharmarrStorageCharm)
