-- Null for runs that were made before these columns: their start and their user take the place.
alter table runs add column created_at bigint;
alter table runs add column created_by text;

create table run_history (
    no {{identity}},
    run_no bigint not null,
    time bigint not null,
    principal text not null,
    act text not null,
    -- Of a tag.
    key text,
    before text,
    after text
);

create index run_history_by_run on run_history (run_no, no);
