create table evaluation_datasets (
    id text not null primary key,
    workspace text not null,
    name text not null,
    schema text,
    profile text,
    created_at bigint not null,
    updated_at bigint not null,
    created_by text,
    updated_by text
);

create index evaluation_datasets_by_time on evaluation_datasets (workspace, created_at desc, id);

create table evaluation_dataset_tags (
    dataset_id text not null,
    key text not null,
    value text not null,
    primary key (dataset_id, key)
) {{clustered}};

create table evaluation_dataset_experiments (
    dataset_id text not null,
    experiment_id bigint not null,
    primary key (dataset_id, experiment_id)
) {{clustered}};

-- Content is the record as clients read it. Records of equal inputs are one.
create table evaluation_records (
    dataset_id text not null,
    input_hash text not null,
    id text not null,
    created_at bigint not null,
    content {{json}} not null,
    primary key (dataset_id, input_hash)
);

create index evaluation_records_by_time on evaluation_records (dataset_id, created_at, id);

create table scorers (
    experiment_id bigint not null references experiments (id),
    name text not null,
    version bigint not null,
    id text not null,
    content text not null,
    created_at bigint not null,
    primary key (experiment_id, name, version)
);
