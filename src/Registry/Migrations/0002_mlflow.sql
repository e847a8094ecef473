-- What MLflow knows of a version besides its files: where they were said to be, the deprecated stage, the last change.
alter table model_versions add column source text not null default '';
alter table model_versions add column run_link text;
alter table model_versions add column logged_model_id text;
alter table model_versions add column stage text not null default 'None';
alter table model_versions add column updated_at bigint not null default 0;

update model_versions set
    source = 'mlflow-artifacts:/registered-models/' || substr(tree, 8),
    updated_at = created_at;

create index model_versions_recent on model_versions (workspace, updated_at);
create index model_versions_run on model_versions (workspace, run_id);
