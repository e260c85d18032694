-- A ledger's views, for whoever opens it in Datasette or another browser of SQLite: docs/views.md. Every ledger holds them letter for
-- letter, and `kaoping verify` compares them: what is to be otherwise is written anew by a further migration, never changed here.
-- Times are Beijing time (+08:00) as text; the exact milliseconds stand beside them. Nothing can be written through a view.

create view voided as
-- The keys of the facts that do not stand: a void that is itself voided has no effect.
with recursive
  voids (key, target) as (
    select lower(hex(key)), json_extract(fact, '$.key') from events where kind = 'void'
  ),
  deep (key, target, depth) as (
    select key, target, 1 from voids where target not in (select key from voids)
    union all
    select voids.key, voids.target, depth + 1 from voids join deep on voids.target = deep.key
  ),
  settled (depth, targets) as (
    select (select max(depth) from deep), '[]' where exists (select 1 from deep)
    union all
    select depth - 1, (
      select json_group_array(deep.target) from deep
      left join json_each(settled.targets) as gone on gone.value = deep.key
      where deep.depth = settled.depth and gone.value is null
    )
    from settled where depth > 0
  )
select distinct value as key from settled, json_each(settled.targets);

create view aliases as
-- Other names of units, as they are read: alias -> the unit that it means.
with recursive
  standing as (
    select kind, json_extract(fact, '$.unit') as unit, json_extract(fact, '$.name') as name from events
    where kind in ('alias', 'enrol') and lower(hex(key)) not in (select key from voided)
  ),
  direct as (
    select name, min(unit) as unit from standing where kind = 'alias'
    and name not in (select unit from standing where kind = 'enrol')
    group by name having count(distinct unit) = 1
  ),
  walk (name, unit, passed, steps) as (
    select name, unit, json_array(name), 1 from direct
    union all
    select walk.name, direct.unit, json_insert(passed, '$[#]', walk.unit), steps + 1 from walk
    join direct on direct.name = walk.unit where walk.unit not in (select value from json_each(passed))
  )
select name, unit from walk as last where steps = (select max(steps) from walk where walk.name = last.name);

create view facts as
-- Every fact, with the batch that brought it and whether it stands.
select
  events.position,
  case events.kind
    when 'dispatch' then '派单' when 'sign' then '签收' when 'contact' then '联系' when 'return' then '退单'
    when 'extend' then '延期' when 'decide' then '审批' when 'redo' then '退回重办' when 'close' then '办结'
    when 'seal' then '盖章报送' when 'survey' then '回访' when 'finding' then '考评记录' when 'exempt' then '剔除'
    when 'enrol' then '单位登记' when 'void' then '作废' when 'publish' then '发布' when 'appeal' then '申诉'
    when 'ruling' then '申诉裁定' when 'alias' then '单位别名' when 'flag' then '平台标记' when 'settle' then '了结'
    else events.kind
  end as word,
  datetime(json_extract(fact, '$.at') / 1000 + 28800, 'unixepoch') as at,
  events.ticket,
  case when events.kind in ('alias', 'enrol') then json_extract(fact, '$.unit')
    else coalesce(aliases.unit, json_extract(fact, '$.unit')) end as unit,
  lower(hex(events.key)) not in (select key from voided) as stands,
  json_extract(fact, '$.channel') as channel,
  json_extract(fact, '$.role') as role,
  json_extract(fact, '$.limit_halves') / 2.0 as limit_days,
  datetime(json_extract(fact, '$.due_at') / 1000 + 28800, 'unixepoch') as due_at,
  json_extract(fact, '$.category') as category,
  json_extract(fact, '$.halves') / 2.0 as days,
  datetime(json_extract(fact, '$.until') / 1000 + 28800, 'unixepoch') as until,
  json_extract(fact, '$.about') as about,
  json_extract(fact, '$.granted') as granted,
  json_extract(fact, '$.rating') as rating,
  json_extract(fact, '$.contacted') as contacted,
  json_extract(fact, '$.resolved') as resolved,
  json_extract(fact, '$.item') as item,
  json_extract(fact, '$.mode') as mode,
  json_extract(fact, '$.count') as count,
  json_extract(fact, '$.reason') as reason,
  json_extract(fact, '$.document') as document,
  events.kind,
  json_extract(fact, '$.at') as at_ms,
  events.batch,
  batches.name as file,
  events.row,
  datetime(batches.recorded_at / 1000 + 28800, 'unixepoch') as recorded_at,
  lower(hex(events.key)) as key,
  events.fact as whole
from events
join batches on batches.number = events.batch
left join aliases on aliases.name = json_extract(fact, '$.unit');

create view current_facts as
-- The facts that stand.
select * from facts where stands;

create view tickets as
-- A row a ticket: when it was first sent and to whom, how often, its last close and survey, of what stands.
select
  ticket,
  min(case when kind = 'dispatch' then at end) as first_dispatched_at,
  max(case when kind = 'close' then at end) as last_closed_at,
  sum(kind = 'dispatch') as dispatches,
  sum(kind = 'return') as returns,
  sum(kind = 'extend') as extensions,
  sum(kind = 'redo') as redos,
  group_concat(distinct case when kind = 'dispatch' then unit end) as units,
  max(case when kind = 'survey' then at end) as last_surveyed_at,
  count(*) as facts
from current_facts where ticket is not null group by ticket;

create view units as
-- The units enrolled, the groups they were enrolled in from when on, and their other names.
select
  enrolled.unit,
  json_extract(enrolled.whole, '$.group') as "group",
  enrolled.at as since,
  (select group_concat(name, ' ') from (select name from aliases where aliases.unit = enrolled.unit order by name)) as aliases
from current_facts as enrolled where kind = 'enrol';

create view imports as
-- Every batch, and what became of its rows.
select
  number, name as file, profile, datetime(recorded_at / 1000 + 28800, 'unixepoch') as recorded_at, rows, accepted, known, quarantined,
  ignored, events_added, last_position, "by" as written_by, recorded_at as recorded_at_ms, sha256
from batches;

create view publications as
-- What was published.
select
  position, json_extract(whole, '$.period') as period, at as published_at, document, json_extract(whole, '$.provisional') as provisional,
  json_extract(whole, '$.rulebook') as rulebook, json_extract(whole, '$.readings') as readings,
  json_extract(whole, '$.accepted') as accepted, json_extract(whole, '$.digest') as digest,
  datetime(json_extract(whole, '$.as_of') / 1000 + 28800, 'unixepoch') as as_of, json_extract(whole, '$.version') as version, stands
from facts where kind = 'publish';
