-- A policy that is switched off is not asked by the timer; by hand it can be.
alter table retraining_policies add column enabled boolean not null default true;
