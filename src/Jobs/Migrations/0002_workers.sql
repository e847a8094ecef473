alter table jobs add column teller text; -- the server that tells the news of its end; null: any

-- What the running step of another process has said so far; its whole log is an artifact of its run when it ends.
create table step_log_parts (
    job_id text not null references jobs (id) on delete cascade,
    position integer not null,
    fence bigint not null, -- of the attempt
    start bigint not null, -- of these bytes in the log
    bytes {{blob}} not null,
    primary key (job_id, position, fence, start)
);
