create table jobs (
    id text primary key, -- the id of the job's tracking run
    workspace text not null,
    name text not null,
    type text not null,
    experiment text not null,
    display_name text,
    principal text not null,
    tags {{json}} not null,
    status text not null,
    message text,
    open_steps integer not null,
    failed_steps integer not null,
    cancel_requested boolean not null,
    announced boolean not null, -- the run is closed and JobFinished was raised
    created_at bigint not null,
    started_at bigint,
    ended_at bigint,
    unique (workspace, name)
);

create index jobs_by_age on jobs (workspace, created_at, id);

create index jobs_unannounced on jobs (ended_at) where not announced;

-- Apart from the job: it is large and never changes, the job's row is written at the end of each step.
create table job_definitions (
    job_id text primary key references jobs (id) on delete cascade,
    source text not null,
    yaml text not null,
    files {{json}} not null,
    inputs {{json}} not null,
    plan {{json}} not null
);

create table job_steps (
    job_id text not null references jobs (id) on delete cascade,
    position integer not null,
    name text not null,
    kind text not null,
    status text not null,
    run_id text not null,
    waits_for integer not null, -- steps that have to be over before this one is ready
    attempt integer not null,
    reused boolean not null,
    message text,
    cache_key text,
    cache_parts {{json}},
    outputs {{json}} not null,
    started_at bigint,
    ended_at bigint,
    primary key (job_id, position)
);

create table step_cache (
    workspace text not null,
    key text not null,
    kind text not null,
    step_name text not null,
    job_id text not null,
    job_name text not null,
    run_id text not null,
    parts {{json}} not null,
    outputs {{json}} not null,
    created_at bigint not null,
    primary key (workspace, key)
);

create index step_cache_by_name on step_cache (workspace, kind, step_name, created_at);
