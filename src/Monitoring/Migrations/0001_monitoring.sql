create table monitors (
    workspace text not null,
    name text not null,
    definition text not null,
    created_at bigint not null,
    created_by text not null,
    updated_at bigint not null,
    primary key (workspace, name)
);

create table monitor_runs (
    id text not null primary key,
    workspace text not null,
    monitor text not null,
    endpoint text not null,
    window_from bigint not null,
    window_to bigint not null,
    status text not null,
    message text,
    model text,
    model_version integer,
    row_count bigint not null,
    labelled bigint not null,
    started_at bigint not null,
    ended_at bigint not null,
    started_by text not null
);

create index monitor_runs_window on monitor_runs (workspace, monitor, window_to);

-- What has no value for a window (an empty side, one class only) is null.
create table monitor_metrics (
    run_id text not null,
    position integer not null,
    signal text not null,
    feature text,
    metric text not null,
    value {{real}},
    threshold {{real}},
    crossed boolean not null,
    primary key (run_id, position),
    foreign key (run_id) references monitor_runs (id)
) {{clustered}};

create table alerts (
    id text not null primary key,
    workspace text not null,
    monitor text not null,
    signal text not null,
    status text not null,
    message text not null,
    opened_run text not null,
    last_run text not null,
    last_window_to bigint not null,
    opened_at bigint not null,
    updated_at bigint not null,
    resolved_at bigint
);

create unique index alerts_open on alerts (workspace, monitor, signal) where status = 'open';

create index alerts_opened on alerts (workspace, opened_at);

create table retraining_policies (
    workspace text not null,
    name text not null,
    definition text not null,
    job {{json}} not null,
    created_at bigint not null,
    created_by text not null,
    updated_at bigint not null,
    primary key (workspace, name)
);

-- One decision for each moment of event time. The job is submitted after its decision is kept.
create table retraining_decisions (
    id text not null primary key,
    workspace text not null,
    policy text not null,
    event_time bigint not null,
    monitor_run text,
    retrain boolean not null,
    reason text not null,
    numbers {{json}} not null,
    job_name text,
    job_inputs {{json}} not null,
    submitted boolean not null,
    error text,
    decided_at bigint not null,
    decided_by text not null
);

create unique index retraining_decisions_time on retraining_decisions (workspace, policy, event_time);
