-- Values have up to 8000 characters, an index entry of PostgreSQL 2700 bytes; the beginning tells nearly all apart.
create index params_by_value on params (key, substr(value, 1, 100));

create index run_tags_by_value on run_tags (key, substr(value, 1, 100));

create index runs_by_name on runs (experiment_id, name);
