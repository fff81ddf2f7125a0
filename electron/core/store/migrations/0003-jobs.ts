/**
 * Durable jobs: the queue, what each step meant to do (intent, committed before acting) and what
 * came of it (outcome, committed after), and the calls it made. A job is open while `ended_at` is
 * null; open jobs with the same order key form a line in which only the first may run.
 */
export const jobs = {
  id: 3,
  name: 'jobs',
  up: `
create table job (
  number integer primary key,
  id text not null unique,
  kind text not null,
  title text not null,
  subjects text not null,
  order_key text not null,
  deed_key text not null,
  payload text not null,
  state text not null check (state in ('waiting', 'running', 'checking', 'needs-you', 'done',
    'done-with-remark', 'stopped-nothing-changed', 'cancelled')),
  actor text not null,
  channel text not null,
  plan text,
  device text not null,
  incarnation text not null,
  created_at integer not null,
  started_at integer,
  ended_at integer,
  position integer,
  blocked_by integer,
  not_before integer,
  wait text check (wait in ('start', 'retry', 'until', 'gate')),
  wait_text text,
  gate text,
  lease text,
  epoch integer not null default 0,
  cancel_requested integer,
  at_step integer not null default 0,
  steps integer not null,
  crash_count integer not null default 0,
  repeated text,
  failure text,
  standing text,
  standing_due integer not null default 0,
  leftovers text,
  revision integer not null default 1,
  check (lease is null or state in ('running', 'checking')),
  check (state <> 'running' or lease is not null),
  check ((ended_at is null) = (state in ('waiting', 'running', 'checking', 'needs-you')))
) strict;
create unique index job_deed on job (kind, deed_key) where ended_at is null;
create unique index job_line on job (order_key, position) where position is not null;
create index job_position on job (position) where position is not null;
create index job_behind on job (blocked_by) where blocked_by is not null;
create index job_ready on job (position) where state in ('waiting', 'checking')
  and lease is null and blocked_by is null and not_before is null and gate is null;
create index job_asleep on job (not_before) where not_before is not null;
create index job_gate on job (gate) where gate is not null;
create index job_leased on job (lease) where lease is not null;
create index job_standing on job (number) where standing_due = 1;
create index job_state on job (state, number);

create table job_subject (
  subject text not null,
  job integer not null references job (number),
  primary key (subject, job)
) strict, without rowid;

create table job_step (
  job integer not null references job (number),
  n integer not null,
  run integer not null,
  name text not null,
  state text not null check (state in ('waiting', 'begun', 'done', 'needs-you', 'skipped')),
  unsure integer not null,
  attempts integer not null,
  tries integer not null,
  epoch integer not null,
  begun_at integer not null,
  ended_at integer,
  intent text not null,
  output text,
  proof text not null default '[]',
  failure text,
  primary key (job, n, run)
) strict, without rowid;

create table job_call (
  job integer not null,
  n integer not null,
  run integer not null,
  seq integer not null,
  attempt integer not null,
  call text not null,
  parameters text not null,
  request_id text,
  took real not null,
  result text not null,
  primary key (job, n, run, seq)
) strict, without rowid;

create table job_schedule (
  group_id text primary key,
  due_at integer not null,
  job integer references job (number)
) strict, without rowid;
`,
};
