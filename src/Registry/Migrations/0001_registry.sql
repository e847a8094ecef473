create table registered_models (
    workspace text not null,
    name text not null,
    description text,
    tags {{json}} not null,
    created_at bigint not null,
    created_by text not null,
    updated_at bigint not null,
    primary key (workspace, name)
);

create table model_versions (
    workspace text not null,
    model text not null,
    number integer not null,
    tree text not null,
    flavor text not null,
    signature {{json}},
    run_id text,
    description text,
    tags {{json}} not null,
    idempotency_key text,
    created_at bigint not null,
    created_by text not null,
    primary key (workspace, model, number),
    foreign key (workspace, model) references registered_models (workspace, name)
);

create unique index model_versions_key on model_versions (workspace, idempotency_key);

create table model_aliases (
    workspace text not null,
    model text not null,
    alias text not null,
    number integer not null,
    primary key (workspace, model, alias),
    foreign key (workspace, model, number) references model_versions (workspace, model, number)
);

-- Everything that ever happened to a model: registered, gate decided, alias moved, deployed. Only appended.
create table model_history (
    id {{identity}},
    workspace text not null,
    model text not null,
    number integer,
    time bigint not null,
    principal text not null,
    act text not null,
    reason text not null,
    detail {{json}}
);

create index model_history_model on model_history (workspace, model, id);

create table gate_decisions (
    id text not null primary key,
    workspace text not null,
    model text not null,
    candidate integer not null,
    champion integer,
    accepted boolean not null,
    reason text not null,
    evidence {{json}} not null,
    decided_at bigint not null,
    decided_by text not null
);

create index gate_decisions_model on gate_decisions (workspace, model, decided_at);
