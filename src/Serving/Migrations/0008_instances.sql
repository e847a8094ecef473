-- What processes that answer for an endpoint elsewhere told last: their counters since they started.
create table serving_instances (
    workspace text not null,
    endpoint text not null,
    instance text not null,
    report {{json}} not null,
    seen_at bigint not null,
    primary key (workspace, endpoint, instance)
);
