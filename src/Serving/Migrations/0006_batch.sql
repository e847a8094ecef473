create table batch_endpoints (
    workspace text not null,
    name text not null,
    default_deployment text,
    description text,
    tags {{json}} not null,
    created_at bigint not null,
    created_by text not null,
    updated_at bigint not null,
    primary key (workspace, name)
);

-- A definition as it was given, in the form of Azure ML's "show", with the trees of its local paths.
create table batch_deployments (
    workspace text not null,
    endpoint text not null,
    name text not null,
    type text not null,
    model text,
    model_version integer,
    definition {{json}} not null,
    source text not null,
    files {{json}} not null,
    created_at bigint not null,
    created_by text not null,
    updated_at bigint not null,
    primary key (workspace, endpoint, name),
    foreign key (workspace, endpoint) references batch_endpoints (workspace, name)
);

-- Which invocation started which job; the job itself is in "jobs".
create table batch_jobs (
    workspace text not null,
    job text not null,
    endpoint text not null,
    deployment text not null,
    created_at bigint not null,
    primary key (workspace, job)
);

create index batch_jobs_endpoint on batch_jobs (workspace, endpoint, created_at);
