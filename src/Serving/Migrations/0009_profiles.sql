-- How what a deployment was asked and answered was distributed, a row for each window of each process, until windows are joined to longer
-- ones. The id is made with the row, so that one that is sent twice is kept once.
create table answer_profiles (
    workspace text not null,
    endpoint text not null,
    id text not null,
    deployment text not null,
    model text not null,
    model_version integer not null,
    window_start bigint not null,
    window_end bigint not null,
    profile {{blob}} not null,
    created_at bigint not null,
    primary key (workspace, endpoint, id)
);

create index answer_profiles_window on answer_profiles (workspace, endpoint, window_start);
