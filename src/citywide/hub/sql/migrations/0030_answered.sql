-- Answers to requests that their senders named by a key, for a day: sealed, and found by the key's hash alone
create table hub.answered (
    name bytea primary key, asked bytea not null, answer bytea not null, at timestamptz not null
);
create index answered_at on hub.answered (at);
