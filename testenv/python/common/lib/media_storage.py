"""The media-storage interface in Python, as its design document shows the classes.

The document leaves the bodies open. Here each side writes one key, `config`, a JSON object made by pydantic, into the bag
of its application, which is what charms in the field do.
"""

from typing import Optional

import ops
from ops import EventBase, EventSource, Object, ObjectEvents
from pydantic import BaseModel, Field, ValidationError

KEY = "config"


class MediaStorageProviderData(BaseModel):
    """Data published by charmarr-storage."""

    pvc_name: str = Field(description="Name of the shared PVC to mount")
    mount_path: str = Field(description="Mount path for the shared storage (e.g., /data)")


class MediaStorageRequirerData(BaseModel):
    """Data published by apps mounting storage."""

    instance_name: str = Field(description="App instance name (for metrics/logging)")


class MediaStorageChangedEvent(EventBase):
    """The provider's data may have changed."""


class MediaStorageProvider(Object):
    """Provider side. It observes no events: it only publishes."""

    def __init__(self, charm: ops.CharmBase, relation_name: str = "media-storage"):
        super().__init__(charm, relation_name)
        self._charm = charm
        self._relation_name = relation_name

    def publish_data(self, data: MediaStorageProviderData) -> None:
        """Publish provider data to all relations."""
        if self._charm.unit.is_leader():
            for relation in self._charm.model.relations[self._relation_name]:
                relation.data[self._charm.app][KEY] = data.model_dump_json()


class MediaStorageRequirerEvents(ObjectEvents):
    """Custom events for MediaStorageRequirer."""

    changed = EventSource(MediaStorageChangedEvent)


class MediaStorageRequirer(Object):
    """Requirer side, for every media application."""

    on = MediaStorageRequirerEvents()  # type: ignore[assignment]

    def __init__(self, charm: ops.CharmBase, relation_name: str = "media-storage"):
        super().__init__(charm, relation_name)
        self._charm = charm
        self._relation_name = relation_name
        events = charm.on[relation_name]
        self.framework.observe(events.relation_changed, self._emit_changed)
        self.framework.observe(events.relation_broken, self._emit_changed)

    def _emit_changed(self, _: EventBase) -> None:
        self.on.changed.emit()

    def _relation(self) -> Optional[ops.Relation]:
        relation = self._charm.model.get_relation(self._relation_name)
        return relation if relation and relation.active else None

    def publish_data(self, data: MediaStorageRequirerData) -> None:
        """Publish requirer data to the relation."""
        relation = self._relation()
        if relation and self._charm.unit.is_leader():
            relation.data[self._charm.app][KEY] = data.model_dump_json()

    def get_provider_data(self) -> Optional[MediaStorageProviderData]:
        """The provider's data, if there is any that can be read."""
        relation = self._relation()
        text = relation.data[relation.app].get(KEY) if relation and relation.app else None
        try:
            return MediaStorageProviderData.model_validate_json(text) if text else None
        except ValidationError:
            return None

    def is_ready(self) -> bool:
        """Whether we have published, and the provider has."""
        relation = self._relation()
        said = relation is not None and KEY in relation.data[self._charm.app]
        return said and self.get_provider_data() is not None
