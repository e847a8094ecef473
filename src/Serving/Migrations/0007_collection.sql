-- What a segment does not show: rows that sampling or their callers left out, and the columns that are hashes or were dropped.
alter table collected_segments add column sampled_out bigint not null default 0;
alter table collected_segments add column opted_out bigint not null default 0;
alter table collected_segments add column masked text not null default '';
