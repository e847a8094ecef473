-- Archives that hold many small contents each; they lie in the content store as contents of their own.
create table content_packs (
    no {{identity}},
    digest text not null unique,
    size bigint not null
);

-- Where in which archive a small content stands.
create table packed_contents (
    digest text not null primary key,
    pack bigint not null references content_packs (no),
    start bigint not null,
    size bigint not null
) {{clustered}};

create index packed_contents_pack on packed_contents (pack);
