-- By the id, since a client may link a trace before it sends it.
create table trace_runs (
    workspace text not null,
    trace_id text not null,
    run_id text not null,
    primary key (workspace, trace_id, run_id)
) {{clustered}};

insert into trace_runs (workspace, trace_id, run_id)
select t.workspace, t.id, l.run_id from run_traces l join traces t on t.no = l.trace_no;

drop table run_traces;

create index trace_runs_by_run on trace_runs (run_id);

create table trace_prompts (
    trace_no bigint not null,
    -- "name/version"
    prompt text not null,
    primary key (trace_no, prompt)
) {{clustered}};
