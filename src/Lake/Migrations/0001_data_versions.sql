-- sequence orders versions by creation: "latest" is the one created last, not the greatest number.
create table data_versions (
    sequence {{identity}},
    workspace text not null,
    name text not null,
    version text not null,
    type text not null,
    zone text not null,
    tree text not null,
    size_bytes bigint not null,
    row_count bigint,
    description text,
    tags {{json}} not null,
    idempotency_key text,
    created_at bigint not null,
    created_by text not null
);

create unique index data_versions_name on data_versions (workspace, name, version);
create unique index data_versions_key on data_versions (workspace, idempotency_key);
create index data_versions_latest on data_versions (workspace, name, sequence);
