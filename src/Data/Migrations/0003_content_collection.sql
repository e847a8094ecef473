-- Contents that nothing referred to when a collection looked; one that still has no reference when the grace is over is
-- deleted. A row that is claimed is being deleted now. Numbers only grow, so a greater one tells of new rows.
create table condemned_blobs (
    no {{identity}},
    digest text not null unique,
    size bigint not null,
    condemned_at bigint not null,
    claimed boolean not null default false
);

create index condemned_blobs_age on condemned_blobs (claimed, condemned_at);

-- Collections, with what they found and freed.
create table collections (
    id text not null primary key,
    state text not null,
    dry_run boolean not null,
    grace_ms bigint not null,
    started_by text not null,
    created_at bigint not null,
    started_at bigint,
    ended_at bigint,
    report {{json}} not null,
    error text
);

create index collections_age on collections (created_at);
