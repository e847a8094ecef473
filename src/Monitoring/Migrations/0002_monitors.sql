alter table monitors add column enabled boolean not null default true;

-- The verdict of a row: ok, crossed, informational, not enough data, no value.
alter table monitor_metrics add column segment text;
alter table monitor_metrics add column adjusted {{real}};
alter table monitor_metrics add column low {{real}};
alter table monitor_metrics add column high {{real}};
alter table monitor_metrics add column verdict text not null default 'ok';

update monitor_metrics set verdict = case
    when threshold is null then 'informational'
    when crossed then 'crossed'
    when value is null then 'no value'
    else 'ok' end;
