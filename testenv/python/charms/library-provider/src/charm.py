"""A storage charm on the library that the original charms use, unmodified."""

import claim
import ops
import quiet  # noqa: F401
from charmarr_lib.core.interfaces import MediaStorageProvider, MediaStorageProviderData


class StorageCharm(ops.CharmBase):
    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        self.provider = MediaStorageProvider(self, "media-storage")
        relation = self.on["media-storage"]
        for event in [self.on.config_changed, self.on.leader_elected, relation.relation_created,
                      relation.relation_changed, relation.relation_broken]:  # fmt: skip
            self.framework.observe(event, self._reconcile)

    def _reconcile(self, _: ops.EventBase) -> None:
        name = str(self.config["claim"])
        claim.make(self.model.name, name, "local-path")
        if self.config["withdraw"]:
            self.provider.clear_data()
        elif raw := str(self.config["raw"]):
            for relation in self.model.relations["media-storage"]:
                relation.data[self.app]["config"] = raw
        else:
            self.provider.publish_data(
                MediaStorageProviderData(
                    pvc_name=name,
                    mount_path=str(self.config["mount-path"]),
                    puid=int(self.config["puid"]),
                    pgid=int(self.config["pgid"]),
                ),
            )
        self.unit.status = ops.ActiveStatus(f"apps: {', '.join(sorted(self.provider.get_connected_apps()))}")


if __name__ == "__main__":
    ops.main(StorageCharm)
