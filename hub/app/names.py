"""How automations and virtual entities get their lasting ids."""

from hub.model.names import EntityId
from hub.registry import EntityRegistry


class LastingNames:
    """Registers each automation or virtual entity that has an id, so that it keeps its entity id."""

    def __init__(self, entities: EntityRegistry) -> None:
        self._entities = entities

    def __call__(self, domain: str, unique_id: str | None, suggested: str, name: str, *, platform: str | None = None) -> EntityId:
        """Return the registered id, or register one; without a unique id, one that nobody has registered."""
        if unique_id is None:
            entity_id, number = f"{domain}.{suggested}", 2
            while self._entities.get(entity_id) is not None:
                entity_id, number = f"{domain}.{suggested}_{number}", number + 1
            return EntityId(entity_id)
        owner = platform or domain
        return self._entities.register(
            owner, unique_id, domain=domain, suggested_object_id=suggested, original_name=name
        ).entity_id
