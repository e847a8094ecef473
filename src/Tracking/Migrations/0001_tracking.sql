-- The numbers that MLflow shows: 0 is the experiment "Default" of the default workspace.
create table experiment_numbers (
    name text not null primary key,
    next bigint not null
);

insert into experiment_numbers (name, next) values ('experiment', 1);

create table experiments (
    id bigint not null primary key,
    workspace text not null,
    name text not null,
    artifact_location text not null,
    deleted boolean not null,
    created_at bigint not null,
    updated_at bigint not null,
    unique (workspace, name)
);

create table experiment_tags (
    experiment_id bigint not null references experiments (id),
    key text not null,
    value text not null,
    primary key (experiment_id, key)
) {{clustered}};

create table runs (
    no {{identity}},
    id text not null unique,
    workspace text not null,
    experiment_id bigint not null references experiments (id),
    name text not null,
    user_id text not null,
    status text not null,
    started_at bigint not null,
    ended_at bigint,
    artifact_uri text not null,
    deleted boolean not null,
    deleted_at bigint
);

create index runs_by_start on runs (experiment_id, started_at desc, id);

-- A key is written once; points carry its number.
create table metric_keys (
    no {{identity}},
    key text not null unique
);

create table metrics (
    run_no bigint not null,
    key_no bigint not null,
    time bigint not null,
    step bigint not null,
    value {{real}} not null,
    is_nan boolean not null,
    primary key (run_no, key_no, time, step, value, is_nan)
) {{clustered}};

create table latest_metrics (
    run_no bigint not null,
    key_no bigint not null,
    experiment_id bigint not null,
    value {{real}} not null,
    is_nan boolean not null,
    step bigint not null,
    time bigint not null,
    primary key (run_no, key_no)
) {{clustered}};

create index latest_metrics_by_value on latest_metrics (experiment_id, key_no, is_nan, value);

create table params (
    run_no bigint not null,
    key text not null,
    value text not null,
    primary key (run_no, key)
) {{clustered}};

create table run_tags (
    run_no bigint not null,
    key text not null,
    value text not null,
    primary key (run_no, key)
) {{clustered}};

create table datasets (
    no {{identity}},
    experiment_id bigint not null references experiments (id),
    name text not null,
    digest text not null,
    source_type text not null,
    source text not null,
    schema text,
    profile text,
    unique (experiment_id, name, digest)
);

create table run_inputs (
    run_no bigint not null,
    dataset_no bigint not null,
    position integer not null,
    primary key (run_no, dataset_no)
) {{clustered}};

create table run_input_tags (
    run_no bigint not null,
    dataset_no bigint not null,
    position integer not null,
    key text not null,
    value text not null,
    primary key (run_no, dataset_no, key)
) {{clustered}};

create index run_inputs_by_dataset on run_inputs (dataset_no);

create table run_model_inputs (
    run_no bigint not null,
    model_id text not null,
    primary key (run_no, model_id)
) {{clustered}};

create table run_model_outputs (
    run_no bigint not null,
    model_id text not null,
    step bigint not null,
    primary key (run_no, model_id)
) {{clustered}};

-- A file has a digest, a folder none. The path is that below "mlflow-artifacts:/".
create table artifacts (
    workspace text not null,
    folder text not null,
    name text not null,
    digest text,
    size bigint not null,
    updated_at bigint not null,
    primary key (workspace, folder, name)
);
