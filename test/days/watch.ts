/**
 * What is written down about a day behind the program's back, by the database itself, in the transaction in which it comes
 * about: how the leases of an environment stand whenever they have changed, as whom and under which lease a run was begun or retried, who
 * had agreed when an approval was settled, what somebody still has who has left, and whose each account is. All of it is
 * numbered by one sequence.
 */
export const WATCH = `
create schema watch;
create sequence watch.seq;

create table watch.leases (
  seq bigint not null default nextval('watch.seq'), tx bigint not null, environment int not null,
  holder int, holder_role text, handoff int, queue int[] not null, same jsonb not null,
  unique (tx, environment));
create function watch.lease() returns trigger language plpgsql as $$
declare env int := case when tg_op = 'DELETE' then old.environment_id else new.environment_id end;
begin
  insert into watch.leases (tx, environment, holder, holder_role, handoff, queue, same) values (
    txid_current(), env,
    (select person_id from leases where environment_id = env),
    (select p.role from leases l join participants p on p.session_id = l.session_id and p.person_id = l.person_id
     where l.environment_id = env),
    (select to_person_id from handoffs where environment_id = env),
    coalesce((select array_agg(person_id order by id) from lease_queue where environment_id = env), '{}'),
    coalesce((select jsonb_object_agg(id, merged_into) from persons where merged_into is not null), '{}'))
  on conflict do nothing;
  return null;
end $$;
create constraint trigger watch after insert or update or delete on leases
  deferrable initially deferred for each row execute function watch.lease();
create constraint trigger watch after insert or update or delete on lease_queue
  deferrable initially deferred for each row execute function watch.lease();
create constraint trigger watch after insert or update or delete on handoffs
  deferrable initially deferred for each row execute function watch.lease();

create table watch.events (
  seq bigint not null default nextval('watch.seq'), tx bigint not null, event bigint not null,
  kind text not null, environment int, person int);
create function watch.event() returns trigger language plpgsql as $$
begin
  insert into watch.events (tx, event, kind, environment, person)
  values (txid_current(), new.id, new.kind, new.environment_id, new.person_id);
  return null;
end $$;
create trigger watch after insert on events for each row execute function watch.event();

create table watch.runs (
  seq bigint not null default nextval('watch.seq'), tx bigint not null, run int not null, environment int not null,
  kind text not null, person int, role text, creator int, holder int, queue int[] not null);
create function watch.run() returns trigger language plpgsql as $$
begin
  insert into watch.runs (tx, run, environment, kind, person, role, creator, holder, queue) values (
    txid_current(), new.id, new.environment_id, new.kind, new.person_id,
    (select role from participants where session_id = new.session_id and person_id = new.person_id),
    (select created_by from environments where id = new.environment_id),
    (select person_id from leases where environment_id = new.environment_id),
    coalesce((select array_agg(person_id order by id) from lease_queue where environment_id = new.environment_id), '{}'));
  return null;
end $$;
create constraint trigger watch after insert on runs
  deferrable initially deferred for each row execute function watch.run();

create function watch.retry() returns trigger language plpgsql as $$
begin
  insert into watch.runs (tx, run, environment, kind, person, role, creator, holder, queue) values (
    txid_current(), new.run_id, new.environment_id, 'retry', new.person_id,
    (select role from participants where session_id = new.session_id and person_id = new.person_id),
    (select created_by from environments where id = new.environment_id),
    (select person_id from leases where environment_id = new.environment_id),
    coalesce((select array_agg(person_id order by id) from lease_queue where environment_id = new.environment_id), '{}'));
  return null;
end $$;
create constraint trigger watch_retry after insert on events
  deferrable initially deferred for each row when (new.kind = 'run.retried') execute function watch.retry();

create table watch.departures (
  seq bigint not null default nextval('watch.seq'), session int not null, person int not null, left_over int not null);
create function watch.departure() returns trigger language plpgsql as $$
begin
  insert into watch.departures (session, person, left_over) values (new.session_id, new.person_id,
    (select count(*) from leases where session_id = new.session_id and person_id = new.person_id)
    + (select count(*) from lease_queue where session_id = new.session_id and person_id = new.person_id));
  return null;
end $$;
create constraint trigger watch after update of left_at on participants
  deferrable initially deferred for each row when (new.left_at is not null) execute function watch.departure();

create table watch.approvals (
  seq bigint not null default nextval('watch.seq'), tx bigint not null, approval int not null, state text not null,
  needed int not null, role text not null, asker text not null, agreed jsonb not null);
create function watch.approval() returns trigger language plpgsql as $$
begin
  insert into watch.approvals (tx, approval, state, needed, role, asker, agreed) values (
    txid_current(), new.id, new.state, new.needed, new.role, new.identity,
    coalesce((select jsonb_agg(jsonb_build_object('identity', d.identity, 'role', p.role))
      from approval_decisions d
      left join participants p on p.session_id = new.session_id and p.person_id = d.person_id
      where d.approval_id = new.id and d.verdict = 'approve'), '[]'));
  return null;
end $$;
create trigger watch after insert or update of state on approvals for each row execute function watch.approval();

create table watch.accounts (
  seq bigint not null default nextval('watch.seq'), identity text not null, person int not null);
create function watch.account() returns trigger language plpgsql as $$
begin
  insert into watch.accounts (identity, person) values (new.identity, new.person_id);
  return null;
end $$;
create trigger watch after insert or update of person_id on identities for each row execute function watch.account();
`;
