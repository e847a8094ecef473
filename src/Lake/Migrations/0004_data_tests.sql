-- Runs of a suite over a version of an asset: the history that trends and anomaly rules are read from.
create table data_test_runs (
    sequence {{identity}},
    id text not null,
    workspace text not null,
    suite text not null,
    asset text not null,
    version text not null,
    tree text not null,
    passed boolean not null,
    report {{json}} not null,
    created_at bigint not null,
    created_by text not null
);

create unique index data_test_runs_id on data_test_runs (workspace, id);
create index data_test_runs_history on data_test_runs (workspace, asset, suite, sequence);
