-- Web calls to others: waiting, delivered, or dead (given up). The work queue holds the waiting ones by their id.
create table deliveries (
    id text not null primary key,
    workspace text not null references workspaces (name),
    subject text not null,
    url text not null,
    body text not null,
    header_prefix text not null,
    secret text,
    state text not null,
    attempts integer not null,
    status integer,
    error text,
    created_at bigint not null,
    finished_at bigint
);

create index deliveries_state on deliveries (workspace, state, id);
create index deliveries_finished on deliveries (finished_at);
