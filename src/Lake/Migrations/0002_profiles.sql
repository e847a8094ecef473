-- A profile belongs to content, not to a name: the digest is a Parquet file's, or a tree's whose files make one table.
create table data_profiles (
    digest text not null,
    revision integer not null,
    profile {{blob}} not null,
    created_at bigint not null,
    primary key (digest, revision)
);
