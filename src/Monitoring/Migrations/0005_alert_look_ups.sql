-- Each look at a rule asks whether somebody resolved an alert of it by hand.
create index alerts_held on alerts (workspace, rule, subject) where resolved_by is not null and rearmed = false;

create index alerts_incident on alerts (incident) where incident is not null;
