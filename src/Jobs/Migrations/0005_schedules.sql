create table job_schedules (
    id text primary key,
    workspace text not null,
    name text not null,
    principal text not null, -- on whose behalf it fires
    act text not null, -- the field of the definition: create_job, …
    yaml text not null,
    definition {{json}} not null,
    file_yaml text not null, -- of the file that the act names, as it was then
    file_source text not null,
    files {{json}} not null,
    is_enabled boolean not null,
    counted_from bigint not null, -- where intervals begin that say no start
    next_at bigint, -- null: never again
    created_at bigint not null,
    updated_at bigint not null,
    unique (workspace, name)
);

create index job_schedules_due on job_schedules (next_at) where is_enabled and next_at is not null;

create table job_firings (
    id text primary key, -- ascending with time
    schedule_id text not null references job_schedules (id) on delete cascade,
    workspace text not null,
    key text not null, -- an occurrence has one row: "at:<milliseconds>"; by hand "by:<id>"
    cause text not null, -- schedule, manual, backfill
    trigger_at bigint not null, -- the time that it is for
    most_open integer not null, -- of a backfill: how many of its jobs may be open at once; else 0
    state text not null, -- waiting, fired, skipped, failed
    reason text,
    job text,
    created_at bigint not null,
    ended_at bigint,
    unique (schedule_id, key)
);

create index job_firings_waiting on job_firings (schedule_id, trigger_at) where state = 'waiting';

create index job_firings_by_job on job_firings (workspace, job) where job is not null;
