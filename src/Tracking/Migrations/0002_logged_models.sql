create table logged_models (
    id text not null primary key,
    workspace text not null,
    experiment_id bigint not null references experiments (id),
    name text not null,
    artifact_uri text not null,
    status smallint not null,
    status_message text,
    model_type text,
    source_run_id text,
    created_at bigint not null,
    updated_at bigint not null,
    deleted boolean not null
);

create index logged_models_by_creation on logged_models (experiment_id, created_at desc, id);

create table logged_model_params (
    model_id text not null,
    key text not null,
    value text not null,
    primary key (model_id, key)
) {{clustered}};

create table logged_model_tags (
    model_id text not null,
    key text not null,
    value text not null,
    primary key (model_id, key)
) {{clustered}};

-- A data set that was not named is ''.
create table logged_model_metrics (
    model_id text not null,
    key_no bigint not null,
    time bigint not null,
    step bigint not null,
    run_id text not null,
    dataset_name text not null,
    dataset_digest text not null,
    value {{real}} not null,
    is_nan boolean not null,
    primary key (model_id, key_no, time, step, run_id, dataset_name, dataset_digest, value, is_nan)
) {{clustered}};
