create table lineage_edges (
    id {{identity}},
    workspace text not null,
    principal text not null,
    time bigint not null,
    act text not null,
    from_node text not null,
    to_node text not null,
    detail {{json}},
    unique_key text
);

create unique index lineage_edges_unique_key on lineage_edges (workspace, unique_key);

create index lineage_edges_from on lineage_edges (workspace, from_node, id);

create index lineage_edges_to on lineage_edges (workspace, to_node, id);
