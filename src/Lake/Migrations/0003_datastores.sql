-- Credentials are not here: they are a secret of the vault.
create table datastores (
    workspace text not null,
    name text not null,
    type text not null,
    settings {{json}} not null,
    credentials text,
    description text,
    tags {{json}} not null,
    changed_at bigint not null,
    changed_by text not null,
    primary key (workspace, name)
);

-- What the objects of a datastore were when they were read last: one whose etag is the same is not read again.
create table datastore_objects (
    workspace text not null,
    datastore text not null,
    name text not null,
    etag text not null,
    digest text not null,
    primary key (workspace, datastore, name)
);

alter table data_versions add column archived boolean not null default false;
