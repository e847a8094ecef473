-- A search reads the runs of a condition, and those of an order, from the index alone.
drop index params_by_value;

create index params_by_value on params (key, {{indexed_value}});

drop index run_tags_by_value;

create index run_tags_by_value on run_tags (key, {{indexed_value}});

drop index latest_metrics_by_value;

create index latest_metrics_by_value on latest_metrics (experiment_id, key_no, is_nan, value, run_no);

-- The traces that a run made.
create index trace_metadata_by_run on trace_metadata ({{indexed_value}}) where key = 'mlflow.sourceRun';

create index run_traces_by_trace on run_traces (trace_no);
