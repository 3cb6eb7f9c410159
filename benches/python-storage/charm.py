"""The storage charm once more, in Python, to measure the one in Rust against.

It does the same work in a dispatch where nothing has changed: ask for leadership, options and relations, read the claim, compare
what was published, say the status. It is written as a charm author would write it today, not to be slow and not to be
fast; what the Rust charm does beyond that (volumes on NFS and host folders, adoption, removal, explanations) is left out.
"""

import json
import logging
import typing

import ops
import pydantic
from lightkube import ApiError, Client
from lightkube.models.core_v1 import PersistentVolumeClaimSpec, VolumeResourceRequirements
from lightkube.models.meta_v1 import ObjectMeta
from lightkube.resources.core_v1 import PersistentVolumeClaim

RELATION = "media-storage"
# Otherwise one API call of lightkube's HTTP client becomes about twenty `juju-log` calls; a comparison with that would flatter us.
for chatty in ["httpx2", "httpcore2"]:
    logging.getLogger(chatty).setLevel(logging.WARNING)

Id = typing.Annotated[int, pydantic.Field(ge=0, le=2**31 - 1)]


class Options(pydantic.BaseModel):
    """The options, checked; a value error is the text for the status."""

    model_config = pydantic.ConfigDict(alias_generator=lambda name: name.replace("_", "-"))

    backend_type: str
    storage_class: str
    size: typing.Annotated[str, pydantic.Field(pattern=r"^[0-9.]+([KMGTPE]i?)?$")]
    access_mode: typing.Literal["ReadWriteMany", "ReadWriteOnce"]
    puid: Id
    pgid: Id
    claim_name: str

    @pydantic.model_validator(mode="after")
    def check_backend(self) -> "Options":
        if not self.backend_type:
            raise ValueError("backend-type not configured")
        if self.backend_type != "storage-class":
            raise ValueError(f"Invalid backend-type: {self.backend_type}. Use 'storage-class'")
        if not self.storage_class:
            raise ValueError("storage-class not configured")
        return self


class MediaStorageProviderData(pydantic.BaseModel):
    """What every application needs to mount the volume."""

    pvc_name: str
    mount_path: str = "/data"
    puid: Id = 1000
    pgid: Id = 1000


class MediaStorageRequirerData(pydantic.BaseModel):
    """Who mounts it."""

    instance_name: str


class StorageCharm(ops.CharmBase):
    """Makes the claim and tells the applications; every event leads to the same reconciliation."""

    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        relation = self.on[RELATION]
        for event in [
            self.on.install, self.on.start, self.on.config_changed, self.on.update_status, self.on.upgrade_charm,
            self.on.leader_elected, relation.relation_created, relation.relation_joined, relation.relation_changed,
            relation.relation_departed, relation.relation_broken,
        ]:  # fmt: skip
            framework.observe(event, self._reconcile)

    def _reconcile(self, _: ops.EventBase) -> None:
        self.unit.status = self._settle()

    def _settle(self) -> ops.StatusBase:
        try:
            options = Options.model_validate(dict(self.config))
        except pydantic.ValidationError as error:
            return ops.BlockedStatus(describe(error))
        if not self.unit.is_leader():
            return ops.ActiveStatus("Standby (leader manages storage)")
        name = options.claim_name or "charmarr-shared-storage"
        claim = self._claim(name, options)
        if claim.metadata.deletionTimestamp:
            return ops.BlockedStatus(f"Claim {name} is being deleted: it goes when no application mounts it any more")
        if claim.status and claim.status.phase == "Lost":
            return ops.BlockedStatus("PVC lost. Check storage backend")
        self._publish(MediaStorageProviderData(pvc_name=name, puid=options.puid, pgid=options.pgid))
        return ops.ActiveStatus(self._audience())

    def _claim(self, name: str, options: Options) -> PersistentVolumeClaim:
        """The claim as it is, made first if it is not there or asks for another size."""
        client = Client(namespace=self.model.name, field_manager="charmarr")
        try:
            claim = client.get(PersistentVolumeClaim, name)
            if claim.spec.resources.requests["storage"] == options.size:
                return claim
        except ApiError as error:
            if error.status.code != 404:
                raise
        owner = {"charmarr.io/application": self.app.name, "charmarr.io/model": self.model.name}
        labels = {"app.kubernetes.io/managed-by": "charmarr-storage", **owner}
        spec = PersistentVolumeClaimSpec(
            accessModes=[options.access_mode],
            resources=VolumeResourceRequirements(requests={"storage": options.size}),
            storageClassName=options.storage_class,
        )
        return client.apply(PersistentVolumeClaim(metadata=ObjectMeta(name=name, labels=labels), spec=spec))

    def _publish(self, data: MediaStorageProviderData) -> None:
        """Writes the relations that do not hold the data yet."""
        for relation in self.model.relations[RELATION]:
            bag = relation.data[self.app]
            if bag.get("config") is None or json.loads(bag["config"]) != data.model_dump():
                bag["config"] = data.model_dump_json()

    def _audience(self) -> str:
        names = []
        for relation in self.model.relations[RELATION]:
            if relation.app and (published := relation.data[relation.app].get("config")):
                names.append(MediaStorageRequirerData.model_validate_json(published).instance_name)
        if not names:
            return ""
        return f"{len(names)} app{'s' if len(names) > 1 else ''}: {', '.join(sorted(names))}"


def describe(error: pydantic.ValidationError) -> str:
    """The first thing that is wrong, short enough for a status."""
    first = error.errors()[0]
    if "error" in first.get("ctx", {}):
        return str(first["ctx"]["error"])
    return f"Invalid {'.'.join(str(part) for part in first['loc'])}: {first['msg']}"


if __name__ == "__main__":
    ops.main(StorageCharm)
