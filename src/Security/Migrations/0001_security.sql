create table workspaces (
    name text not null primary key,
    description text,
    created_at bigint not null,
    created_by text not null
);

-- A principal holds one role in a workspace: reader, contributor, approver, administrator.
create table role_assignments (
    workspace text not null references workspaces (name),
    principal text not null,
    role text not null,
    granted_at bigint not null,
    granted_by text not null,
    primary key (workspace, principal)
);

create table audit_log (
    id {{identity}},
    workspace text not null,
    time bigint not null,
    principal text not null,
    action text not null,
    target text not null,
    allowed boolean not null,
    detail text
);

create index audit_log_target on audit_log (workspace, target, id);

create table secrets (
    workspace text not null references workspaces (name),
    name text not null,
    nonce {{blob}} not null,
    ciphertext {{blob}} not null,
    tag {{blob}} not null,
    changed_at bigint not null,
    changed_by text not null,
    primary key (workspace, name)
);
