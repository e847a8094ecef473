create table connections (
    workspace text not null,
    name text not null,
    type text not null,
    definition {{json}} not null, -- as Azure ML spells it, without credentials: these are in the vault
    credentials text, -- their kind; null: none
    changed_at bigint not null,
    changed_by text not null,
    primary key (workspace, name)
);
