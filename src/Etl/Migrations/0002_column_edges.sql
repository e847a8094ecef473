create table column_edges (
    workspace text not null,
    node text not null, -- data:orders@3
    name text not null, -- the column
    from_node text not null,
    from_name text not null,
    kind text not null, -- identity, expression, window, aggregate
    primary key (workspace, node, name, from_node, from_name)
);
