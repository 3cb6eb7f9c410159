"""What the provider charms do with Kubernetes: the one claim that they publish."""

from lightkube import Client
from lightkube.models.core_v1 import PersistentVolumeClaimSpec, VolumeResourceRequirements
from lightkube.models.meta_v1 import ObjectMeta
from lightkube.resources.core_v1 import PersistentVolumeClaim


def make(namespace: str, name: str, storage_class: str) -> None:
    """Makes the claim, or leaves it as it is."""
    spec = PersistentVolumeClaimSpec(
        accessModes=["ReadWriteMany"],
        resources=VolumeResourceRequirements(requests={"storage": "100Gi"}),
        storageClassName=storage_class,
    )
    claim = PersistentVolumeClaim(metadata=ObjectMeta(name=name), spec=spec)
    Client(namespace=namespace, field_manager="python-storage").apply(claim)
