create table anomaly_detectors (
    workspace text not null,
    name text not null,
    definition text not null,
    error text,
    looked_at bigint not null,
    created_at bigint not null,
    created_by text not null,
    updated_at bigint not null,
    primary key (workspace, name)
);

-- What a detector said of each point. The subject tells the series apart that one detector looks at.
create table anomaly_points (
    workspace text not null,
    detector text not null,
    subject text not null,
    at bigint not null,
    value {{real}} not null,
    expected {{real}},
    low {{real}},
    high {{real}},
    score {{real}},
    violates boolean,
    violations integer not null,
    anomalous boolean,
    dimensions {{json}} not null,
    labels {{json}} not null,
    evidence text not null,
    judged_at bigint not null,
    primary key (workspace, detector, subject, at)
) {{clustered}};

create index anomaly_points_time on anomaly_points (workspace, detector, at);

create index anomaly_points_judged on anomaly_points (judged_at);

-- Series that were pushed or scraped: a name, and labels in the order of their names.
create table pushed_series (
    id {{identity}},
    workspace text not null,
    name text not null,
    labels {{json}} not null,
    created_at bigint not null,
    unique (workspace, name, labels)
);

create table pushed_points (
    series bigint not null references pushed_series (id),
    at bigint not null,
    value {{real}} not null,
    primary key (series, at)
) {{clustered}};
