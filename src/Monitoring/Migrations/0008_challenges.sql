-- What a training under a policy with a rollout came to: one for each decision to train.
create table retraining_challenges (
    decision_id text not null primary key,
    workspace text not null,
    policy text not null,
    job text not null,
    state text not null,
    endpoint text,
    candidate integer,
    told text not null,
    cancel_reason text,
    started_at bigint not null,
    updated_at bigint not null
);

create index retraining_challenges_policy on retraining_challenges (workspace, policy, started_at);

create index retraining_challenges_open on retraining_challenges (started_at) where state in ('Training', 'RollingOut');
