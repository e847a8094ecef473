-- Problems that were seen in traces. A trace refers to one by an assessment of the kind "issue" with the issue's id as its name.
create table issues (
    id text not null primary key,
    workspace text not null,
    experiment_id bigint not null references experiments (id),
    name text not null,
    description text not null,
    status text not null,
    severity text,
    -- 0: not an issue, 1: low, 2: medium, 3: high; -1: none given.
    severity_rank integer not null,
    root_causes {{json}} not null,
    categories {{json}} not null,
    source_run_id text,
    created_by text,
    created_at bigint not null,
    updated_at bigint not null
);

create index issues_by_severity on issues (workspace, experiment_id, severity_rank desc, created_at desc, id desc);

create index assessments_of_issues on assessments (name, trace_no) where kind = 'issue';
