-- What an endpoint says of itself beyond its split: who may ask, by which key callers stay with a deployment, description, tags.
alter table online_endpoints add column settings {{json}} not null default '{}';

-- Answers of deployments that only got copies of requests: kept, and no part of what the endpoint answered.
alter table collected_segments add column mirrored boolean not null default false;

-- Keys and tokens of an endpoint, as SHA-256; what they are lies in the vault.
create table endpoint_credentials (
    workspace text not null,
    endpoint text not null,
    kind text not null,
    hash text not null,
    expires_at bigint,
    created_at bigint not null,
    created_by text not null,
    primary key (workspace, endpoint, hash)
);
