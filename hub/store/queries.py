"""Reading history, by SQLModel. Called in a thread of its own, so that neither the loop nor the writer waits."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager

from sqlalchemy import Engine, exc
from sqlmodel import Session, col, select

from hub.errors import StoreError
from hub.model.context import Context
from hub.model.event import Event, Origin
from hub.model.names import EntityId
from hub.model.state import State
from hub.store.encoding import decode
from hub.store.records import Trace
from hub.store.schema import EventData, Events, EventTypes, StateAttributes, States, StatesMeta, Traces

_Found = tuple[States, str | None]


class SqlArchive:
    """An archive in an SQL database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def history(self, entity_ids: Sequence[EntityId], start: float, end: float, minimal: bool) -> dict[EntityId, list[State]]:
        """Read what the entities were from `start` on until before `end`, beginning with what they were at `start`."""
        with self._session() as session:
            return {entity_id: _history_of(session, entity_id, start, end, minimal) for entity_id in entity_ids}

    def events(self, types: Sequence[str] | None, start: float, end: float, limit: int) -> list[Event]:
        """Read what happened from `start` on until before `end`: at most the newest `limit` events, in order of time."""
        query = (
            select(Events, EventTypes.name, EventData.json_text)
            .join(EventTypes, col(EventTypes.id) == col(Events.type_id))
            .join(EventData, col(EventData.id) == col(Events.data_id), isouter=True)
            .where(col(Events.time) >= start, col(Events.time) < end)
            .order_by(col(Events.time).desc(), col(Events.id).desc())
            .limit(limit)
        )
        if types is not None:
            query = query.where(col(EventTypes.name).in_(types))
        with self._session() as session:
            return [_event(row, name, text) for row, name, text in reversed(session.exec(query).all())]

    def entities(self) -> list[EntityId]:
        """Read which entities were ever recorded."""
        with self._session() as session:
            return [EntityId(name) for name in session.exec(select(StatesMeta.entity_id).order_by(StatesMeta.entity_id))]

    def traces(self, automation: str, limit: int) -> list[Trace]:
        """Read the last runs of an automation, the newest first."""
        query = select(Traces).where(Traces.automation == automation).order_by(col(Traces.id).desc()).limit(limit)
        with self._session() as session:
            return [Trace(row.automation, row.run_id, row.time, decode(row.body)) for row in session.exec(query)]

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    @contextmanager
    def _session(self) -> Generator[Session, None, None]:
        try:
            with Session(self._engine) as session:
                yield session
        except exc.SQLAlchemyError as error:
            raise StoreError(f"history cannot be read: {error}") from error


def _history_of(session: Session, entity_id: EntityId, start: float, end: float, minimal: bool) -> list[State]:
    metas = session.exec(select(StatesMeta.id).where(StatesMeta.entity_id == entity_id)).all()
    before = [found for meta in metas for found in _at(session, meta, start)]
    rows: list[_Found] = sorted(before, key=lambda found: found[0].updated)[-1:]
    rows += session.exec(
        select(States, StateAttributes.json_text)
        .join(StateAttributes, col(StateAttributes.id) == col(States.attributes_id), isouter=True)
        .where(col(States.meta_id).in_(metas), col(States.updated) >= start, col(States.updated) < end)
        .order_by(col(States.updated), col(States.id))
    ).all()
    states: list[State] = []
    for row, text in rows:
        if row.state is not None and not (minimal and states and states[-1].state == row.state):
            states.append(_state(entity_id, row.state, row, None if minimal else text))
    return states


def _at(session: Session, meta_id: int, moment: float) -> Sequence[_Found]:
    return session.exec(
        select(States, StateAttributes.json_text)
        .join(StateAttributes, col(StateAttributes.id) == col(States.attributes_id), isouter=True)
        .where(States.meta_id == meta_id, col(States.updated) < moment)
        .order_by(col(States.updated).desc(), col(States.id).desc())
        .limit(1)
    ).all()


def _state(entity_id: EntityId, state: str, row: States, text: str | None) -> State:
    context = Context(row.context_id, row.parent_id, row.user_id)
    return State(entity_id, state, decode(text) if text else {}, row.changed, row.updated, row.updated, context)


def _event(row: Events, name: str, text: str | None) -> Event:
    context = Context(row.context_id, row.parent_id, row.user_id)
    return Event(name, decode(text) if text else {}, row.time, context, Origin(row.origin))
