"""The tables. A change here needs a step in `migrations/versions` and a new `migrations/head.sql`."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Text
from sqlmodel import Field, SQLModel

_Id = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts only INTEGER keys


class StatesMeta(SQLModel, table=True):
    """An entity as history knows it: renaming the entity renames it here."""

    __tablename__ = "states_meta"

    id: int = Field(primary_key=True)
    entity_id: str = Field(sa_type=Text, index=True)


class StateAttributes(SQLModel, table=True):
    """Attributes, shared by the states that have the same."""

    __tablename__ = "state_attributes"

    id: int = Field(sa_column=Column(_Id, primary_key=True, autoincrement=False))
    json_text: str = Field(sa_type=Text)


class States(SQLModel, table=True):
    """What an entity became; a NULL state: it was removed. Times are seconds since 1970 (UTC)."""

    __tablename__ = "states"
    __table_args__ = (Index("ix_states_meta_id_updated", "meta_id", "updated"),)

    id: int | None = Field(default=None, sa_column=Column(_Id, primary_key=True))
    meta_id: int = Field(foreign_key="states_meta.id")
    state: str | None = Field(default=None, sa_type=Text)
    attributes_id: int | None = Field(default=None, sa_column=Column(_Id, ForeignKey("state_attributes.id"), index=True))
    changed: float
    updated: float
    context_id: str = Field(sa_type=Text)
    parent_id: str | None = Field(default=None, sa_type=Text)
    user_id: str | None = Field(default=None, sa_type=Text)


class LastStates(SQLModel, table=True):
    """The last state of each entity whose history is not recorded, so that a restart finds it all the same."""

    __tablename__ = "last_states"

    entity_id: str = Field(primary_key=True, sa_type=Text)
    state: str | None = Field(default=None, sa_type=Text)
    attributes: str = Field(sa_type=Text)
    changed: float
    updated: float
    context_id: str = Field(sa_type=Text)
    parent_id: str | None = Field(default=None, sa_type=Text)
    user_id: str | None = Field(default=None, sa_type=Text)


class EventTypes(SQLModel, table=True):
    """The types of events that ever came."""

    __tablename__ = "event_types"

    id: int = Field(primary_key=True)
    name: str = Field(sa_type=Text, unique=True)


class EventData(SQLModel, table=True):
    """Data, shared by the events that have the same."""

    __tablename__ = "event_data"

    id: int = Field(sa_column=Column(_Id, primary_key=True, autoincrement=False))
    json_text: str = Field(sa_type=Text)


class Events(SQLModel, table=True):
    """What happened; `time` is seconds since 1970 (UTC)."""

    __tablename__ = "events"
    __table_args__ = (Index("ix_events_type_id_time", "type_id", "time"),)

    id: int | None = Field(default=None, sa_column=Column(_Id, primary_key=True))
    type_id: int = Field(foreign_key="event_types.id")
    data_id: int | None = Field(default=None, sa_column=Column(_Id, ForeignKey("event_data.id"), index=True))
    time: float
    origin: str = Field(sa_type=Text)
    context_id: str = Field(sa_type=Text)
    parent_id: str | None = Field(default=None, sa_type=Text)
    user_id: str | None = Field(default=None, sa_type=Text)


class Registry(SQLModel, table=True):
    """Rows of all registries, each as JSON: they are read whole at the start and written whole."""

    __tablename__ = "registry"

    kind: str = Field(primary_key=True, sa_type=Text)
    id: str = Field(primary_key=True, sa_type=Text)
    body: str = Field(sa_type=Text)


class Memory(SQLModel, table=True):
    """What the instances of plugins remember; values are JSON."""

    __tablename__ = "memory"

    instance: str = Field(primary_key=True, sa_type=Text)
    key: str = Field(primary_key=True, sa_type=Text)
    value: str = Field(sa_type=Text)


class Traces(SQLModel, table=True):
    """The last runs of automations and scripts, step by step, as JSON."""

    __tablename__ = "traces"

    id: int = Field(sa_column=Column(_Id, primary_key=True, autoincrement=False))
    automation: str = Field(sa_type=Text, index=True)
    run_id: str = Field(sa_type=Text)
    time: float
    body: str = Field(sa_type=Text)


class Tokens(SQLModel, table=True):
    """Who may use the API; the token itself is not here, only its SHA-256."""

    __tablename__ = "tokens"

    hash: str = Field(primary_key=True, sa_type=Text)
    name: str = Field(sa_type=Text, unique=True)
    role: str = Field(sa_type=Text)
    created: float
    last_used: float | None = None
