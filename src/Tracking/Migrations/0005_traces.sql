create table traces (
    no {{identity}},
    id text not null,
    workspace text not null,
    experiment_id bigint not null references experiments (id),
    client_request_id text,
    name text,
    state text not null,
    requested_at bigint not null,
    duration bigint,
    request_preview text,
    response_preview text,
    -- The client has sent the trace's own record; until then it is made of its spans.
    finalized boolean not null,
    unique (workspace, id)
);

create index traces_by_time on traces (experiment_id, requested_at desc, id);

create table trace_tags (
    trace_no bigint not null,
    key text not null,
    value text not null,
    primary key (trace_no, key)
) {{clustered}};

create table trace_metadata (
    trace_no bigint not null,
    key text not null,
    value text not null,
    primary key (trace_no, key)
) {{clustered}};

-- Content is OpenTelemetry's Span as JSON; what is searched by stands beside it. Text has the name and the attributes,
-- without the names of protobuf's fields, which would be found in every span.
create table spans (
    trace_no bigint not null,
    id text not null,
    parent_id text,
    name text not null,
    type text,
    status text not null,
    started_ns bigint not null,
    ended_ns bigint not null,
    content {{json}} not null,
    text text not null,
    primary key (trace_no, id)
);

create table run_traces (
    run_id text not null,
    trace_no bigint not null,
    primary key (run_id, trace_no)
) {{clustered}};

create table assessments (
    trace_no bigint not null,
    id text not null,
    kind text not null,
    name text not null,
    value text,
    overrides text,
    valid boolean not null,
    created_at bigint not null,
    updated_at bigint not null,
    content {{json}} not null,
    primary key (trace_no, id)
);
