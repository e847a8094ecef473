-- Why nobody gets the version by "latest" or a label; null: they do. released_at: when somebody let it go all the same.
alter table data_versions add column quarantine text;
alter table data_versions add column released_at bigint;

-- The suite that new versions of an asset have to pass.
create table data_gates (
    workspace text not null,
    name text not null,
    suite text not null,
    source text not null,
    changed_at bigint not null,
    changed_by text not null,
    primary key (workspace, name)
);

create table data_labels (
    workspace text not null,
    name text not null,
    label text not null,
    version text not null,
    changed_at bigint not null,
    changed_by text not null,
    primary key (workspace, name, label)
);

create index data_labels_version on data_labels (workspace, name, version);

-- Which versions of an asset a collection of garbage forgets; null: that rule is not set.
create table data_retention (
    workspace text not null,
    name text not null,
    keep_versions bigint,
    keep_bytes bigint,
    changed_at bigint not null,
    changed_by text not null,
    primary key (workspace, name)
);
