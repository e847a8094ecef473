-- Schedules that wait for something that happens, beside those that go by time.
alter table job_schedules add column watches text; -- what news of it are about: "data:flights"; null: it goes by time

alter table job_schedules add column watch_from bigint not null default 0; -- what happened before does not count

alter table job_schedules add column watch_until bigint not null default 0; -- up to when all was seen

alter table job_schedules add column problem text; -- why the last look failed; null: it did not

create index job_schedules_watching on job_schedules (workspace, watches) where watches is not null;

alter table job_firings add column why text not null default ''; -- what happened, in a sentence

alter table job_firings add column facts {{json}} not null default '{}'; -- what the job may know of it

create table job_watched_files (
    schedule_id text not null references job_schedules (id) on delete cascade,
    name text not null,
    etag text not null,
    fired boolean not null, -- false: seen once; it counts when it is the same at the next look
    primary key (schedule_id, name)
);

alter table jobs add column archived boolean not null default false; -- left out of listings

create index jobs_by_end on jobs (workspace, ended_at) where ended_at is not null;
