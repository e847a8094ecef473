-- Whole numbers are compared in half the time of texts: runs of one key and value are found by a hash of both. (SQLite gains nothing by it.)
{{postgres}} alter table params add column mark bigint generated always as (hashtextextended(value, hashtextextended(key, 0))) stored;
{{postgres}} create index params_by_mark on params (mark, run_no);
{{postgres}} alter table run_tags add column mark bigint generated always as (hashtextextended(value, hashtextextended(key, 0))) stored;
{{postgres}} create index run_tags_by_mark on run_tags (mark, run_no);

-- The metric of a run is read from the index alone.
{{postgres}} alter table latest_metrics drop constraint latest_metrics_pkey, add constraint latest_metrics_pkey primary key (run_no, key_no) include (value, is_nan);

-- An index alone answers only for pages that were vacuumed since they were written: after a hundredth of new rows, not a fifth.
{{postgres}} alter table params set (autovacuum_vacuum_insert_scale_factor = 0.01);
{{postgres}} alter table run_tags set (autovacuum_vacuum_insert_scale_factor = 0.01);
{{postgres}} alter table latest_metrics set (autovacuum_vacuum_insert_scale_factor = 0.01, autovacuum_vacuum_scale_factor = 0.05);
