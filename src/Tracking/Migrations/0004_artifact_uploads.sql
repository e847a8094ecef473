-- A file that comes in parts: each part is a blob, the file is made of them at the end.
create table artifact_uploads (
    id text not null primary key,
    workspace text not null,
    path text not null,
    created_at bigint not null
);

create table artifact_upload_parts (
    upload_id text not null,
    number integer not null,
    digest text not null,
    size bigint not null,
    primary key (upload_id, number)
) {{clustered}};
