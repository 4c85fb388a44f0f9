-- What all steps together make of an empty SQLite database. A test compares the two.
CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL, 
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
CREATE TABLE event_data (
    id INTEGER NOT NULL, 
    json_text TEXT NOT NULL, 
    PRIMARY KEY (id)
);
CREATE TABLE event_types (
    id INTEGER NOT NULL, 
    name TEXT NOT NULL, 
    PRIMARY KEY (id), 
    UNIQUE (name)
);
CREATE TABLE last_states (
    entity_id TEXT NOT NULL, 
    state TEXT, 
    attributes TEXT NOT NULL, 
    changed FLOAT NOT NULL, 
    updated FLOAT NOT NULL, 
    context_id TEXT NOT NULL, 
    parent_id TEXT, 
    user_id TEXT, 
    PRIMARY KEY (entity_id)
);
CREATE TABLE memory (
    instance TEXT NOT NULL, 
    "key" TEXT NOT NULL, 
    value TEXT NOT NULL, 
    PRIMARY KEY (instance, "key")
);
CREATE TABLE registry (
    kind TEXT NOT NULL, 
    id TEXT NOT NULL, 
    body TEXT NOT NULL, 
    PRIMARY KEY (kind, id)
);
CREATE TABLE state_attributes (
    id INTEGER NOT NULL, 
    json_text TEXT NOT NULL, 
    PRIMARY KEY (id)
);
CREATE TABLE states_meta (
    id INTEGER NOT NULL, 
    entity_id TEXT NOT NULL, 
    PRIMARY KEY (id)
);
CREATE INDEX ix_states_meta_entity_id ON states_meta (entity_id);
CREATE TABLE tokens (
    hash TEXT NOT NULL, 
    name TEXT NOT NULL, 
    role TEXT NOT NULL, 
    created FLOAT NOT NULL, 
    last_used FLOAT, 
    PRIMARY KEY (hash), 
    UNIQUE (name)
);
CREATE TABLE traces (
    id INTEGER NOT NULL, 
    automation TEXT NOT NULL, 
    run_id TEXT NOT NULL, 
    time FLOAT NOT NULL, 
    body TEXT NOT NULL, 
    PRIMARY KEY (id)
);
CREATE INDEX ix_traces_automation ON traces (automation);
CREATE TABLE events (
    id INTEGER NOT NULL, 
    type_id INTEGER NOT NULL, 
    data_id INTEGER, 
    time FLOAT NOT NULL, 
    origin TEXT NOT NULL, 
    context_id TEXT NOT NULL, 
    parent_id TEXT, 
    user_id TEXT, 
    PRIMARY KEY (id), 
    FOREIGN KEY(data_id) REFERENCES event_data (id), 
    FOREIGN KEY(type_id) REFERENCES event_types (id)
);
CREATE INDEX ix_events_data_id ON events (data_id);
CREATE INDEX ix_events_type_id_time ON events (type_id, time);
CREATE TABLE states (
    id INTEGER NOT NULL, 
    meta_id INTEGER NOT NULL, 
    state TEXT, 
    attributes_id INTEGER, 
    changed FLOAT NOT NULL, 
    updated FLOAT NOT NULL, 
    context_id TEXT NOT NULL, 
    parent_id TEXT, 
    user_id TEXT, 
    PRIMARY KEY (id), 
    FOREIGN KEY(attributes_id) REFERENCES state_attributes (id), 
    FOREIGN KEY(meta_id) REFERENCES states_meta (id)
);
CREATE INDEX ix_states_attributes_id ON states (attributes_id);
CREATE INDEX ix_states_meta_id_updated ON states (meta_id, updated);
INSERT INTO alembic_version (version_num) VALUES ('0001');
