-- How a column was distributed in the window of a run, over the bins of the reference, so that a report needs no rows.
create table monitor_histograms (
    run_id text not null,
    signal text not null,
    position integer not null,
    feature text not null,
    histogram text not null,
    primary key (run_id, signal, position),
    foreign key (run_id) references monitor_runs (id)
) {{clustered}};
