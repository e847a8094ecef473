-- The tables of an mlflow.db at MLflow 3.11, as its servers expect to find them; what is not exported stays empty.
create table alembic_version (
    version_num varchar(32) not null,
    constraint alembic_version_pkc primary key (version_num)
);
create table assessments (
    assessment_id varchar(50) not null, trace_id varchar(50) not null, name varchar(250) not null, assessment_type varchar(20) not null,
    value text not null, error text, created_timestamp bigint not null, last_updated_timestamp bigint not null,
    source_type varchar(50) not null, source_id varchar(250), run_id varchar(32), span_id varchar(50), rationale text, overrides varchar(50),
    valid boolean not null, assessment_metadata text,
    constraint assessments_pk primary key (assessment_id),
    constraint fk_assessments_trace_id foreign key(trace_id) references trace_info (request_id) on delete cascade
);
create table budget_policies (
    budget_policy_id varchar(36) not null, budget_unit varchar(32) not null, budget_amount float not null, duration_unit varchar(32) not null,
    duration_value integer not null, target_scope varchar(32) not null, budget_action varchar(32) not null, created_by varchar(255),
    created_at bigint not null, last_updated_by varchar(255), last_updated_at bigint not null, workspace varchar(63) default 'default' not null,
    constraint budget_policies_pk primary key (budget_policy_id)
);
create table datasets (
    dataset_uuid varchar(36) not null, experiment_id integer not null, name varchar(500) not null, digest varchar(36) not null,
    dataset_source_type varchar(36) not null, dataset_source text not null, dataset_schema text, dataset_profile text,
    constraint dataset_pk primary key (experiment_id, name, digest),
    constraint fk_datasets_experiment_id_experiments foreign key(experiment_id) references experiments (experiment_id) on delete cascade
);
create table endpoint_bindings (
    endpoint_id varchar(36) not null, resource_type varchar(50) not null, resource_id varchar(255) not null, created_at bigint not null,
    created_by varchar(255), last_updated_at bigint not null, last_updated_by varchar(255), display_name varchar(255),
    constraint endpoint_bindings_pk primary key (endpoint_id, resource_type, resource_id),
    constraint fk_endpoint_bindings_endpoint_id foreign key(endpoint_id) references endpoints (endpoint_id) on delete cascade
);
create table endpoint_model_mappings (
    mapping_id varchar(36) not null, endpoint_id varchar(36) not null, model_definition_id varchar(36) not null, weight float not null,
    created_by varchar(255), created_at bigint not null, linkage_type varchar(64) default 'PRIMARY' not null, fallback_order integer,
    constraint endpoint_model_mappings_pk primary key (mapping_id),
    constraint fk_endpoint_model_mappings_endpoint_id foreign key(endpoint_id) references endpoints (endpoint_id) on delete cascade,
    constraint fk_endpoint_model_mappings_model_definition_id foreign key(model_definition_id) references model_definitions (model_definition_id)
);
create table endpoint_tags (
    key varchar(250) not null, value varchar(5000), endpoint_id varchar(36) not null,
    constraint endpoint_tag_pk primary key (key, endpoint_id),
    constraint fk_endpoint_tags_endpoint_id foreign key(endpoint_id) references endpoints (endpoint_id) on delete cascade
);
create table endpoints (
    endpoint_id varchar(36) not null, name varchar(255), created_by varchar(255), created_at bigint not null, last_updated_by varchar(255),
    last_updated_at bigint not null, routing_strategy varchar(64), fallback_config_json text, experiment_id integer,
    usage_tracking boolean default '0' not null, workspace varchar(63) default 'default' not null,
    constraint endpoints_pk primary key (endpoint_id),
    constraint fk_endpoints_experiment_id foreign key(experiment_id) references experiments (experiment_id) on delete set null,
    constraint uq_endpoints_workspace_name unique (workspace, name)
);
create table entity_associations (
    association_id varchar(36) not null, source_type varchar(36) not null, source_id varchar(36) not null,
    destination_type varchar(36) not null, destination_id varchar(36) not null, created_time bigint,
    constraint entity_associations_pk primary key (source_type, source_id, destination_type, destination_id)
);
create table evaluation_dataset_records (
    dataset_record_id varchar(36) not null, dataset_id varchar(36) not null, inputs json not null, expectations json, tags json, source json,
    source_id varchar(36), source_type varchar(255), created_time bigint, last_update_time bigint, created_by varchar(255),
    last_updated_by varchar(255), input_hash varchar(64) not null, outputs json,
    constraint evaluation_dataset_records_pk primary key (dataset_record_id),
    constraint fk_evaluation_dataset_records_dataset_id foreign key(dataset_id) references evaluation_datasets (dataset_id) on delete cascade,
    constraint unique_dataset_input unique (dataset_id, input_hash)
);
create table evaluation_dataset_tags (
    dataset_id varchar(36) not null, key varchar(255) not null, value varchar(5000),
    constraint evaluation_dataset_tags_pk primary key (dataset_id, key),
    constraint fk_evaluation_dataset_tags_dataset_id foreign key(dataset_id) references evaluation_datasets (dataset_id) on delete cascade
);
create table evaluation_datasets (
    dataset_id varchar(36) not null, name varchar(255) not null, schema text, profile text, digest varchar(64), created_time bigint,
    last_update_time bigint, created_by varchar(255), last_updated_by varchar(255), workspace varchar(63) default 'default' not null,
    constraint evaluation_datasets_pk primary key (dataset_id)
);
create table experiment_tags (
    key varchar(250) not null, value varchar(5000), experiment_id integer not null,
    constraint experiment_tag_pk primary key (key, experiment_id),
    foreign key(experiment_id) references experiments (experiment_id)
);
create table experiments (
    experiment_id integer not null, name varchar(256) not null, artifact_location varchar(256), lifecycle_stage varchar(32),
    creation_time bigint, last_update_time bigint, workspace varchar(63) default 'default' not null,
    constraint experiment_pk primary key (experiment_id),
    constraint experiments_lifecycle_stage check (lifecycle_stage in ('active', 'deleted')),
    constraint uq_experiments_workspace_name unique (workspace, name)
);
create table guardrail_configs (
    endpoint_id varchar(36) not null, guardrail_id varchar(36) not null, execution_order integer, created_by varchar(255),
    created_at bigint not null, workspace varchar(63) default 'default' not null,
    constraint guardrail_configs_pk primary key (endpoint_id, guardrail_id),
    constraint fk_guardrail_configs_endpoint_id foreign key(endpoint_id) references endpoints (endpoint_id) on delete cascade,
    constraint fk_guardrail_configs_guardrail_id foreign key(guardrail_id) references guardrails (guardrail_id) on delete cascade
);
create table guardrails (
    guardrail_id varchar(36) not null, name varchar(255) not null, scorer_id varchar(36) not null, scorer_version integer not null,
    stage varchar(32) not null, action varchar(32) not null, action_endpoint_id varchar(36), created_by varchar(255),
    created_at bigint not null, last_updated_by varchar(255), last_updated_at bigint not null, workspace varchar(63) default 'default' not null,
    constraint guardrails_pk primary key (guardrail_id),
    constraint fk_guardrails_scorer_version foreign key(scorer_id, scorer_version) references scorer_versions (scorer_id, scorer_version),
    constraint fk_guardrails_action_endpoint_id foreign key(action_endpoint_id) references endpoints (endpoint_id) on delete set null
);
create table input_tags (
    input_uuid varchar(36) not null, name varchar(255) not null, value varchar(500) not null,
    constraint input_tags_pk primary key (input_uuid, name)
);
create table inputs (
    input_uuid varchar(36) not null, source_type varchar(36) not null, source_id varchar(36) not null, destination_type varchar(36) not null,
    destination_id varchar(36) not null, step bigint default '0' not null,
    constraint inputs_pk primary key (source_type, source_id, destination_type, destination_id)
);
create table issues (
    issue_id varchar(36) not null, experiment_id integer not null, name varchar(250) not null, description text not null,
    status varchar(50) not null, severity varchar(50), root_causes text, source_run_id varchar(32), categories text,
    created_timestamp bigint not null, last_updated_timestamp bigint not null, created_by varchar(255),
    constraint issues_pk primary key (issue_id),
    constraint fk_issues_experiment_id foreign key(experiment_id) references experiments (experiment_id) on delete cascade,
    constraint fk_issues_source_run_id foreign key(source_run_id) references runs (run_uuid) on delete set null
);
create table jobs (
    id varchar(36) not null, creation_time bigint not null, job_name varchar(500) not null, params text not null, timeout float,
    status integer not null, result text, retry_count integer not null, last_update_time bigint not null,
    workspace varchar(63) default 'default' not null, status_details json,
    constraint jobs_pk primary key (id)
);
create table latest_metrics (
    key varchar(250) not null, value float not null, timestamp bigint, step bigint not null, is_nan boolean not null,
    run_uuid varchar(32) not null,
    constraint latest_metric_pk primary key (key, run_uuid),
    check (is_nan in (0, 1)),
    foreign key(run_uuid) references runs (run_uuid)
);
create table logged_model_metrics (
    model_id varchar(36) not null, metric_name varchar(500) not null, metric_timestamp_ms bigint not null, metric_step bigint not null,
    metric_value float, experiment_id integer not null, run_id varchar(32) not null, dataset_uuid varchar(36), dataset_name varchar(500),
    dataset_digest varchar(36),
    constraint logged_model_metrics_pk primary key (model_id, metric_name, metric_timestamp_ms, metric_step, run_id),
    constraint fk_logged_model_metrics_experiment_id foreign key(experiment_id) references experiments (experiment_id),
    constraint fk_logged_model_metrics_model_id foreign key(model_id) references logged_models (model_id) on delete cascade,
    constraint fk_logged_model_metrics_run_id foreign key(run_id) references runs (run_uuid) on delete cascade
);
create table logged_model_params (
    model_id varchar(36) not null, experiment_id integer not null, param_key varchar(255) not null, param_value text not null,
    constraint logged_model_params_pk primary key (model_id, param_key),
    constraint fk_logged_model_params_experiment_id foreign key(experiment_id) references experiments (experiment_id),
    constraint fk_logged_model_params_model_id foreign key(model_id) references logged_models (model_id) on delete cascade
);
create table logged_model_tags (
    model_id varchar(36) not null, experiment_id integer not null, tag_key varchar(255) not null, tag_value text not null,
    constraint logged_model_tags_pk primary key (model_id, tag_key),
    constraint fk_logged_model_tags_experiment_id foreign key(experiment_id) references experiments (experiment_id),
    constraint fk_logged_model_tags_model_id foreign key(model_id) references logged_models (model_id) on delete cascade
);
create table logged_models (
    model_id varchar(36) not null, experiment_id integer not null, name varchar(500) not null, artifact_location varchar(1000) not null,
    creation_timestamp_ms bigint not null, last_updated_timestamp_ms bigint not null, status integer not null, lifecycle_stage varchar(32),
    model_type varchar(500), source_run_id varchar(32), status_message varchar(1000),
    constraint logged_models_pk primary key (model_id),
    constraint logged_models_lifecycle_stage_check check (lifecycle_stage in ('active', 'deleted')),
    constraint fk_logged_models_experiment_id foreign key(experiment_id) references experiments (experiment_id) on delete cascade
);
create table metrics (
    key varchar(250) not null, value float not null, timestamp bigint not null, run_uuid varchar(32) not null, step bigint default '0' not null,
    is_nan boolean default '0' not null,
    constraint metric_pk primary key (key, timestamp, step, run_uuid, value, is_nan),
    check (is_nan in (0, 1)),
    foreign key(run_uuid) references runs (run_uuid)
);
create table model_definitions (
    model_definition_id varchar(36) not null, name varchar(255) not null, secret_id varchar(36), provider varchar(64) not null,
    model_name varchar(256) not null, created_by varchar(255), created_at bigint not null, last_updated_by varchar(255),
    last_updated_at bigint not null, workspace varchar(63) default 'default' not null,
    constraint model_definitions_pk primary key (model_definition_id),
    constraint fk_model_definitions_secret_id foreign key(secret_id) references secrets (secret_id) on delete set null,
    constraint uq_model_definitions_workspace_name unique (workspace, name)
);
create table model_version_tags (
    key varchar(250) not null, value text, name varchar(256) not null, version integer not null,
    workspace varchar(63) default 'default' not null,
    constraint model_version_tag_pk primary key (workspace, key, name, version),
    constraint fk_model_version_tags_model_versions foreign key(workspace, name, version) references model_versions (workspace, name, version) on update cascade
);
create table model_versions (
    name varchar(256) not null, version integer not null, creation_time bigint, last_updated_time bigint, description varchar(5000),
    user_id varchar(256), current_stage varchar(20), source varchar(500), run_id varchar(32), status varchar(20), status_message varchar(500),
    run_link varchar(500), storage_location varchar(500), workspace varchar(63) default 'default' not null,
    constraint model_version_pk primary key (workspace, name, version),
    constraint fk_model_versions_registered_models foreign key(workspace, name) references registered_models (workspace, name) on update cascade
);
create table online_scoring_configs (
    online_scoring_config_id varchar(36) not null, scorer_id varchar(36) not null, sample_rate float not null, experiment_id integer not null,
    filter_string text,
    constraint online_scoring_config_pk primary key (online_scoring_config_id),
    constraint fk_online_scoring_configs_scorer_id foreign key(scorer_id) references scorers (scorer_id) on delete cascade,
    constraint fk_online_scoring_configs_experiment_id foreign key(experiment_id) references experiments (experiment_id)
);
create table params (
    key varchar(250) not null, value varchar(8000) not null, run_uuid varchar(32) not null,
    constraint param_pk primary key (key, run_uuid),
    foreign key(run_uuid) references runs (run_uuid)
);
create table registered_model_aliases (
    alias varchar(256) not null, version integer not null, name varchar(256) not null, workspace varchar(63) default 'default' not null,
    constraint registered_model_alias_pk primary key (workspace, name, alias),
    constraint fk_registered_model_aliases_registered_models foreign key(workspace, name) references registered_models (workspace, name) on delete cascade on update cascade
);
create table registered_model_tags (
    key varchar(250) not null, value varchar(5000), name varchar(256) not null, workspace varchar(63) default 'default' not null,
    constraint registered_model_tag_pk primary key (workspace, key, name),
    constraint fk_registered_model_tags_registered_models foreign key(workspace, name) references registered_models (workspace, name) on update cascade
);
create table registered_models (
    name varchar(256) not null, creation_time bigint, last_updated_time bigint, description varchar(5000),
    workspace varchar(63) default 'default' not null,
    constraint registered_model_pk primary key (workspace, name)
);
create table runs (
    run_uuid varchar(32) not null, name varchar(250), source_type varchar(20), source_name varchar(500), entry_point_name varchar(50),
    user_id varchar(256), status varchar(9), start_time bigint, end_time bigint, source_version varchar(50), lifecycle_stage varchar(20),
    artifact_uri varchar(200), experiment_id integer, deleted_time bigint,
    constraint run_pk primary key (run_uuid),
    constraint source_type check (source_type in ('NOTEBOOK', 'JOB', 'LOCAL', 'UNKNOWN', 'PROJECT')),
    constraint runs_lifecycle_stage check (lifecycle_stage in ('active', 'deleted')),
    check (status in ('SCHEDULED', 'FAILED', 'FINISHED', 'RUNNING', 'KILLED')),
    foreign key(experiment_id) references experiments (experiment_id)
);
create table scorer_versions (
    scorer_id varchar(36) not null, scorer_version integer not null, serialized_scorer text not null, creation_time bigint,
    constraint scorer_version_pk primary key (scorer_id, scorer_version),
    constraint fk_scorer_versions_scorer_id foreign key(scorer_id) references scorers (scorer_id) on delete cascade
);
create table scorers (
    experiment_id integer not null, scorer_name varchar(256) not null, scorer_id varchar(36) not null,
    constraint scorer_pk primary key (scorer_id),
    constraint fk_scorers_experiment_id foreign key(experiment_id) references experiments (experiment_id) on delete cascade
);
create table secrets (
    secret_id varchar(36) not null, secret_name varchar(255) not null, encrypted_value blob not null, wrapped_dek blob not null,
    kek_version integer not null, masked_value varchar(500) not null, provider varchar(64), auth_config text, description text,
    created_by varchar(255), created_at bigint not null, last_updated_by varchar(255), last_updated_at bigint not null,
    workspace varchar(63) default 'default' not null,
    constraint secrets_pk primary key (secret_id),
    constraint uq_secrets_workspace_secret_name unique (workspace, secret_name)
);
create table span_metrics (
    trace_id varchar(50) not null, span_id varchar(50) not null, key varchar(250) not null, value float,
    constraint span_metrics_pk primary key (trace_id, span_id, key),
    constraint fk_span_metrics_span foreign key(trace_id, span_id) references spans (trace_id, span_id) on delete cascade
);
create table spans (
    trace_id varchar(50) not null, experiment_id integer not null, span_id varchar(50) not null, parent_span_id varchar(50), name text,
    type varchar(500), status varchar(50) not null, start_time_unix_nano bigint not null, end_time_unix_nano bigint,
    duration_ns bigint generated always as (end_time_unix_nano - start_time_unix_nano) stored, content text not null, dimension_attributes json,
    constraint spans_pk primary key (trace_id, span_id),
    constraint fk_spans_trace_id foreign key(trace_id) references trace_info (request_id) on delete cascade,
    constraint fk_spans_experiment_id foreign key(experiment_id) references experiments (experiment_id)
);
create table tags (
    key varchar(250) not null, value varchar(8000), run_uuid varchar(32) not null,
    constraint tag_pk primary key (key, run_uuid),
    foreign key(run_uuid) references runs (run_uuid)
);
create table trace_info (
    request_id varchar(50) not null, experiment_id integer not null, timestamp_ms bigint not null, execution_time_ms bigint,
    status varchar(50) not null, client_request_id varchar(50), request_preview varchar(1000), response_preview varchar(1000),
    constraint trace_info_pk primary key (request_id),
    constraint fk_trace_info_experiment_id foreign key(experiment_id) references experiments (experiment_id)
);
create table trace_metrics (
    request_id varchar(50) not null, key varchar(250) not null, value float,
    constraint trace_metrics_pk primary key (request_id, key),
    constraint fk_trace_metrics_request_id foreign key(request_id) references trace_info (request_id) on delete cascade
);
create table trace_request_metadata (
    key varchar(250) not null, value varchar(8000), request_id varchar(50) not null,
    constraint trace_request_metadata_pk primary key (key, request_id),
    constraint fk_trace_request_metadata_request_id foreign key(request_id) references trace_info (request_id) on delete cascade
);
create table trace_tags (
    key varchar(250) not null, value varchar(8000), request_id varchar(50) not null,
    constraint trace_tag_pk primary key (key, request_id),
    constraint fk_trace_tags_request_id foreign key(request_id) references trace_info (request_id) on delete cascade
);
create table webhook_events (
    webhook_id varchar(256) not null, entity varchar(50) not null, action varchar(50) not null,
    constraint webhook_event_pk primary key (webhook_id, entity, action),
    foreign key(webhook_id) references webhooks (webhook_id) on delete cascade
);
create table webhooks (
    webhook_id varchar(256) not null, name varchar(256) not null, description varchar(1000), url varchar(500) not null,
    status varchar(20) default 'ACTIVE' not null, secret varchar(1000), creation_timestamp bigint, last_updated_timestamp bigint,
    deleted_timestamp bigint, workspace varchar(63) default 'default' not null,
    constraint webhook_pk primary key (webhook_id)
);
create table workspaces (
    name varchar(63) not null, description text, default_artifact_root text,
    constraint workspaces_pk primary key (name)
);
create index idx_budget_policies_workspace on budget_policies (workspace);
create index idx_endpoints_workspace on endpoints (workspace);
create index idx_evaluation_datasets_workspace on evaluation_datasets (workspace);
create index idx_experiments_workspace on experiments (workspace);
create index idx_experiments_workspace_creation_time on experiments (workspace, creation_time);
create index idx_guardrail_configs_endpoint_id on guardrail_configs (endpoint_id);
create index idx_guardrail_configs_guardrail_id on guardrail_configs (guardrail_id);
create index idx_guardrails_scorer on guardrails (scorer_id, scorer_version);
create index idx_guardrails_workspace on guardrails (workspace);
create index idx_model_definitions_workspace on model_definitions (workspace);
create index idx_model_version_tags_workspace_name_version on model_version_tags (workspace, name, version);
create index idx_registered_model_tags_workspace_name on registered_model_tags (workspace, name);
create index idx_registered_models_workspace on registered_models (workspace);
create index idx_secrets_workspace on secrets (workspace);
create index idx_webhook_events_action on webhook_events (action);
create index idx_webhook_events_entity on webhook_events (entity);
create index idx_webhook_events_entity_action on webhook_events (entity, action);
create index idx_webhooks_name on webhooks (name);
create index idx_webhooks_status on webhooks (status);
create index idx_webhooks_workspace on webhooks (workspace);
create index index_assessments_assessment_type on assessments (assessment_type);
create index index_assessments_last_updated_timestamp on assessments (last_updated_timestamp);
create index index_assessments_run_id_created_timestamp on assessments (run_id, created_timestamp);
create index index_assessments_trace_id_created_timestamp on assessments (trace_id, created_timestamp);
create index index_datasets_dataset_uuid on datasets (dataset_uuid);
create index index_datasets_experiment_id_dataset_source_type on datasets (experiment_id, dataset_source_type);
create index index_endpoint_model_mappings_endpoint_id on endpoint_model_mappings (endpoint_id);
create index index_endpoint_model_mappings_model_definition_id on endpoint_model_mappings (model_definition_id);
create index index_endpoint_tags_endpoint_id on endpoint_tags (endpoint_id);
create index index_entity_associations_association_id on entity_associations (association_id);
create index index_entity_associations_reverse_lookup on entity_associations (destination_type, destination_id, source_type, source_id);
create index index_evaluation_dataset_records_dataset_id on evaluation_dataset_records (dataset_id);
create index index_evaluation_dataset_tags_dataset_id on evaluation_dataset_tags (dataset_id);
create index index_evaluation_datasets_created_time on evaluation_datasets (created_time);
create index index_evaluation_datasets_name on evaluation_datasets (name);
create index index_inputs_destination_type_destination_id_source_type on inputs (destination_type, destination_id, source_type);
create index index_inputs_input_uuid on inputs (input_uuid);
create index index_issues_experiment_id on issues (experiment_id);
create index index_issues_source_run_id on issues (source_run_id);
create index index_issues_status on issues (status);
create index index_jobs_name_status_creation_time on jobs (job_name, workspace, status, creation_time);
create index index_latest_metrics_run_uuid on latest_metrics (run_uuid);
create index index_logged_model_metrics_model_id on logged_model_metrics (model_id);
create index index_metrics_run_uuid on metrics (run_uuid);
create index index_metrics_run_uuid_key_step on metrics (run_uuid, key, step);
create index index_model_definitions_provider on model_definitions (provider);
create index index_model_definitions_secret_id on model_definitions (secret_id);
create index index_params_run_uuid on params (run_uuid);
create index index_scorer_versions_scorer_id on scorer_versions (scorer_id);
create unique index index_scorers_experiment_id_scorer_name on scorers (experiment_id, scorer_name);
create index index_span_metrics_trace_id_span_id on span_metrics (trace_id, span_id);
create index index_spans_experiment_id on spans (experiment_id);
create index index_spans_experiment_id_duration on spans (experiment_id, duration_ns);
create index index_spans_experiment_id_status_type on spans (experiment_id, status, type);
create index index_spans_experiment_id_type_status on spans (experiment_id, type, status);
create index index_tags_run_uuid on tags (run_uuid);
create index index_trace_info_experiment_id_timestamp_ms on trace_info (experiment_id, timestamp_ms);
create index index_trace_metrics_request_id on trace_metrics (request_id);
create index index_trace_request_metadata_request_id on trace_request_metadata (request_id);
create index index_trace_tags_request_id on trace_tags (request_id);
create unique index unique_endpoint_model_linkage_mapping on endpoint_model_mappings (endpoint_id, model_definition_id, linkage_type);
create trigger prevent_secrets_aad_mutation before update on secrets for each row
when old.secret_id != new.secret_id or old.secret_name != new.secret_name
begin
    select raise(abort, 'secret_id and secret_name are immutable (used as AAD in encryption)');
end;
insert into alembic_version (version_num) values ('7d34483879f0');
insert into workspaces (name) values ('default');
