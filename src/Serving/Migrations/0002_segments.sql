-- Parquet files in the content store. They outlive the endpoint that collected them, so nothing refers to it.
-- The least and the greatest request id tell which segments can hold a prediction; compared byte by byte, by our code.
create table collected_segments (
    id {{identity}},
    workspace text not null,
    endpoint text not null,
    deployment text not null,
    model text not null,
    model_version integer not null,
    digest text not null,
    row_count bigint not null,
    size_bytes bigint not null,
    min_event_time bigint not null,
    max_event_time bigint not null,
    min_request text not null,
    max_request text not null,
    created_at bigint not null
);

create index collected_segments_time on collected_segments (workspace, endpoint, max_event_time);

create table label_segments (
    id {{identity}},
    workspace text not null,
    endpoint text not null,
    digest text not null,
    row_count bigint not null,
    size_bytes bigint not null,
    min_request text not null,
    max_request text not null,
    created_at bigint not null
);

create index label_segments_endpoint on label_segments (workspace, endpoint, id);
