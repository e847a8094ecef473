-- A job that another job's step started, such as a trial of a sweep.
alter table jobs add column parent_name text;

alter table jobs add column parent_run_id text; -- the tracking run of that step

create index jobs_by_parent on jobs (parent_run_id) where parent_run_id is not null;

create table trials (
    sweep_run_id text not null, -- the tracking run of the sweep's step
    number integer not null,
    job_id text not null references jobs (id) on delete cascade,
    point {{json}} not null, -- what the sampler chose
    parameters {{json}} not null, -- as the command sees them
    primary key (sweep_run_id, number)
);

create index trials_by_job on trials (job_id);
