alter table online_deployments add column settings {{json}} not null default '{}';
