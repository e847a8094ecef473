-- An alert belongs to a rule (a signal of a monitor is one) and to what it is about: the features, segments … that the rule tells apart.
alter table alerts add column rule text not null default '';
alter table alerts add column subject text not null default '';
alter table alerts add column severity text not null default 'warning';
alter table alerts add column labels {{json}} not null default '{}';
alter table alerts add column evidence text not null default '';
alter table alerts add column since bigint not null default 0;
alter table alerts add column fired_at bigint;
alter table alerts add column acknowledged_at bigint;
alter table alerts add column acknowledged_by text;
alter table alerts add column resolved_by text;
alter table alerts add column incident text;

-- Resolved by hand: it may come back once its condition was seen not to hold.
alter table alerts add column rearmed boolean not null default false;

drop index alerts_open;

update alerts set rule = 'monitor/' || monitor || '/' || signal, status = case when status = 'open' then 'firing' else status end,
    labels = '{"monitor":"' || monitor || '","signal":"' || signal || '"}', evidence = 'monitor-run:' || last_run, since = opened_at, fired_at = opened_at;

create unique index alerts_open on alerts (workspace, rule, subject) where status <> 'resolved';

create index alerts_status on alerts (workspace, status);

create table alert_rules (
    workspace text not null,
    name text not null,
    definition text not null,
    error text,
    created_at bigint not null,
    created_by text not null,
    updated_at bigint not null,
    primary key (workspace, name)
);

create table alert_receivers (
    workspace text not null,
    name text not null,
    definition text not null,
    created_at bigint not null,
    created_by text not null,
    updated_at bigint not null,
    primary key (workspace, name)
);

create table alert_silences (
    id text not null primary key,
    workspace text not null,
    matchers {{json}} not null,
    comment text not null,
    starts_at bigint not null,
    ends_at bigint not null,
    created_at bigint not null,
    created_by text not null
);

create index alert_silences_end on alert_silences (workspace, ends_at);

-- Alerts that are told of together. What was told last is what the next message is compared with.
create table alert_groups (
    workspace text not null,
    receiver text not null,
    subject text not null,
    labels {{json}} not null,
    opened_at bigint not null,
    told_at bigint,
    told {{json}} not null,
    messages bigint not null,
    primary key (workspace, receiver, subject)
);

-- Which delivery told of which alert.
create table alert_messages (
    alert text not null,
    delivery text not null,
    workspace text not null,
    receiver text not null,
    status text not null,
    sent_at bigint not null,
    primary key (alert, delivery)
);

create table incidents (
    id text not null primary key,
    workspace text not null,
    subject text not null,
    title text not null,
    severity text not null,
    status text not null,
    owner text,
    opened_at bigint not null,
    acknowledged_at bigint,
    resolved_at bigint
);

create unique index incidents_open on incidents (workspace, subject) where status <> 'resolved';

create index incidents_opened on incidents (workspace, opened_at);

-- The timeline of an incident; only ever added to.
create table incident_events (
    id {{identity}},
    incident text not null references incidents (id),
    at bigint not null,
    act text not null,
    principal text not null,
    text text not null,
    alert text
);

create index incident_events_incident on incident_events (incident, id);

-- What deployments did between two looks at their counters, from each process that serves them.
create table deployment_samples (
    id {{identity}},
    workspace text not null,
    endpoint text not null,
    deployment text not null,
    at bigint not null,
    request_count bigint not null,
    row_count bigint not null,
    error_count bigint not null,
    dropped_count bigint not null,
    seconds {{real}} not null,
    latencies {{json}} not null
);

create index deployment_samples_time on deployment_samples (workspace, endpoint, deployment, at);
