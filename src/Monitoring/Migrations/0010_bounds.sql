-- What the ends low and high are of: the confidence of a sample, or the error of a computation. Figures of a window of their own say which.
alter table monitor_metrics add column bounds text;
alter table monitor_metrics add column window_from bigint;
alter table monitor_metrics add column window_to bigint;

update monitor_metrics set bounds = 'confidence' where low is not null or high is not null;
