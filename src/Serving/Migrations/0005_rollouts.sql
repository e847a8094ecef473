create table rollouts (
    workspace text not null,
    name text not null,
    endpoint text not null,
    baseline text not null,
    candidate text not null,
    definition {{json}} not null,
    status text not null,
    step integer not null,
    step_started_at bigint not null,
    state {{json}} not null,
    message text not null,
    revision bigint not null,
    created_at bigint not null,
    created_by text not null,
    updated_at bigint not null,
    primary key (workspace, name)
);

-- What was decided of a rollout and on which numbers; only ever added to.
create table rollout_decisions (
    id {{identity}},
    workspace text not null,
    rollout text not null,
    step integer not null,
    verdict text not null,
    reason text not null,
    numbers {{json}} not null,
    decided_at bigint not null,
    decided_by text not null
);

create index rollout_decisions_rollout on rollout_decisions (workspace, rollout, id);
