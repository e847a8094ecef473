create table work_items (
    id {{identity}},
    workspace text not null,
    principal text not null,
    kind text not null,
    key text,
    payload {{json}} not null,
    priority integer not null,
    state text not null,
    attempt integer not null,
    max_attempts integer not null,
    fence bigint not null,
    owner text,
    not_before bigint not null,
    expires_at bigint,
    error text,
    created_at bigint not null,
    finished_at bigint
);

create unique index work_items_open_key on work_items (workspace, kind, key) where state in ('queued', 'leased');

create index work_items_queued on work_items (kind, priority desc, id) where state = 'queued';

create index work_items_leased on work_items (expires_at) where state = 'leased';

create index work_items_finished on work_items (finished_at) where state in ('done', 'failed');
