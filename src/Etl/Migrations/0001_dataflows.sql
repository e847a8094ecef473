create table dataflows (
    id text primary key,
    workspace text not null,
    name text not null,
    principal text not null, -- on whose behalf its jobs run
    yaml text not null,
    source text not null, -- the name of the file, for messages
    files {{json}} not null, -- the trees of local paths that the YAML names
    next_at bigint, -- when it looks by itself for windows that are due; null: never
    created_at bigint not null,
    updated_at bigint not null,
    unique (workspace, name)
);

create index dataflows_due on dataflows (next_at) where next_at is not null;

create table dataflow_windows (
    dataflow_id text not null references dataflows (id) on delete cascade,
    from_at bigint not null,
    to_at bigint not null,
    state text not null, -- waiting, running, done, failed
    reason text, -- what it waits for, or why it failed
    attempt integer not null,
    job text, -- of the last attempt
    made text, -- the node of what it landed
    asked_at bigint not null,
    ended_at bigint,
    primary key (dataflow_id, from_at)
);

create index dataflow_windows_open on dataflow_windows (dataflow_id, from_at) where state in ('waiting', 'running');
