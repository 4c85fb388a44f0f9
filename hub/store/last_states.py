"""What every entity was when the hub stopped."""

from hub.model.context import Context
from hub.model.names import EntityId
from hub.model.state import State
from hub.store.database import Connection
from hub.store.encoding import decode
from hub.store.shared import Shared

# One look into the index for each entity, however long its history.
_RECORDED = """
    SELECT m.entity_id, s.state, s.changed, s.updated, s.context_id, s.parent_id, s.user_id, a.json_text, a.id
    FROM states_meta m
    JOIN states s ON s.id = (SELECT n.id FROM states n WHERE n.meta_id = m.id ORDER BY n.updated DESC, n.id DESC LIMIT 1)
    LEFT JOIN state_attributes a ON a.id = s.attributes_id
"""
_OTHERS = "SELECT entity_id, state, changed, updated, context_id, parent_id, user_id, attributes, NULL FROM last_states"


def load_last_states(connection: Connection, attributes: Shared) -> dict[EntityId, State]:
    """Read the last state of every entity that was not removed; their attributes will be shared by the states that follow."""
    rows = connection.execute(_RECORDED) + connection.execute(_OTHERS)
    rows.sort(key=lambda row: float(row[3]))  # the later wins
    attributes.know((row[8], row[7]) for row in rows if row[8] is not None)
    states: dict[EntityId, State] = {}
    for entity_id, state, changed, updated, context_id, parent_id, user_id, text, _ in rows:
        name = EntityId(entity_id)
        if state is None:
            states.pop(name, None)
        else:
            context = Context(context_id, parent_id, user_id)
            states[name] = State(name, state, decode(text) if text else {}, changed, updated, updated, context)
    return states
