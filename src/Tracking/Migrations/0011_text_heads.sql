-- PostgreSQL answers from an index alone only when it holds a column, not a part of one. Sorted by code points, a range of it
-- has the texts with a beginning. (SQLite's index holds the whole value, and sorts so anyway.)
{{postgres}} alter table params add column head text generated always as (substr(value, 1, 100)) stored;
{{postgres}} drop index params_by_value;
{{postgres}} create index params_by_value on params (key, head collate "C", run_no);
{{postgres}} alter table run_tags add column head text generated always as (substr(value, 1, 100)) stored;
{{postgres}} drop index run_tags_by_value;
{{postgres}} create index run_tags_by_value on run_tags (key, head collate "C", run_no);
