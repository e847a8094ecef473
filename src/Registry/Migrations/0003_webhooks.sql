-- Who is told what happens in the registry. The secret itself is in the vault, under "webhook-<id>".
create table webhooks (
    id text not null primary key,
    workspace text not null,
    name text not null,
    description text,
    url text not null,
    events text not null,
    active boolean not null,
    signed boolean not null,
    created_at bigint not null,
    updated_at bigint not null
);

create index webhooks_workspace on webhooks (workspace, created_at, id);
