create table online_endpoints (
    workspace text not null,
    name text not null,
    collect text not null,
    traffic {{json}} not null,
    mirror_traffic {{json}} not null,
    created_at bigint not null,
    created_by text not null,
    updated_at bigint not null,
    primary key (workspace, name)
);

create table online_deployments (
    workspace text not null,
    endpoint text not null,
    name text not null,
    model text not null,
    model_version integer not null,
    state text not null,
    message text,
    created_at bigint not null,
    created_by text not null,
    primary key (workspace, endpoint, name),
    foreign key (workspace, endpoint) references online_endpoints (workspace, name)
);
