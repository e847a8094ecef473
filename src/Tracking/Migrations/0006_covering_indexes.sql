-- A search reads the runs of a condition, and those of an order, from the index alone.
drop index params_by_value;

create index params_by_value on params (key, {{indexed_value}});

drop index run_tags_by_value;

create index run_tags_by_value on run_tags (key, {{indexed_value}});

drop index latest_metrics_by_value;

create index latest_metrics_by_value on latest_metrics (experiment_id, key_no, is_nan, value, run_no);
