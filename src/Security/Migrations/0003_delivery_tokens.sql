-- How a delivery signs in at its receiver: the name of the secret, and the header that it goes into.
alter table deliveries add column token text;

alter table deliveries add column token_use text;
