-- The trace that a job belongs to, as a traceparent of W3C Trace Context.
alter table jobs add column trace text;
