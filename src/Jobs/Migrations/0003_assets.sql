-- Registered components and environments. A version never changes; only description, tags and archived do.
create table job_assets (
    id text primary key, -- ascending with time
    workspace text not null,
    kind text not null,
    name text not null,
    version text not null,
    digest text not null, -- of what it does: the definition without its names, and the trees of its files
    yaml text not null,
    definition {{json}} not null,
    files {{json}} not null,
    description text,
    tags {{json}} not null,
    archived boolean not null,
    created_at bigint not null,
    created_by text not null,
    unique (workspace, kind, name, version)
);
