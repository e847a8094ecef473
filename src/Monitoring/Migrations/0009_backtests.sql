-- Backtests: what was asked, how far it is, and what came out. The report stays until the backtest is deleted.
create table backtests (
    id text not null primary key,
    workspace text not null,
    kind text not null,
    name text not null,
    request {{json}} not null,
    state text not null,
    done integer not null,
    total integer not null,
    told text not null,
    report {{json}},
    error text,
    error_code text,
    cancel_asked boolean not null,
    created_at bigint not null,
    created_by text not null,
    started_at bigint,
    ended_at bigint
);

create index backtests_age on backtests (workspace, created_at);
