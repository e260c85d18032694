-- Events to tallies, all eleven measures as the 2023 rules of Ganxian read them, in DuckDB's SQL: the table `events` as
-- `ledger.columns.EVENT` but that `at` is `ms` (`at` is a word of SQL); `days` and `working` from the calendar; $as_of.
--
-- No window runs over all events. A dispatch begins a round that lasts till the unit's next one; since a dispatch comes first among
-- what happens at one instant, an event belongs to the round in whose time it falls.

create temp macro local_day(ms) as (ms + 28800000) // 86400000;
create temp macro local_month(ms) as
    year(make_timestamp_ms(ms + 28800000)) * 100 + month(make_timestamp_ms(ms + 28800000));
create temp macro month_end(ms) as
    epoch_ms(date_trunc('month', make_timestamp_ms(ms + 28800000)) + interval 1 month) - 28800001;

-- Dispatches, each a round of its unit on its ticket: from `ms` until `next_ms`. Few tickets are sent more than once.
create temp table several as select ticket from events where rank = 0 group by ticket having count(*) > 1;

create temp table sent as
with dispatches as (
    select position as id, ticket, unit, role, channel, anonymous, limit_halves, due_at, ms, seq, tie from events where rank = 0
)
select *, null::bigint as prior_ms, 9223372036854775807 as next_ms from dispatches anti join several using (ticket)
union all
select *, lag(ms) over holder, coalesce(lead(ms) over holder, 9223372036854775807)
from dispatches semi join several using (ticket)
window holder as (partition by ticket, unit order by ms, seq, tie);

-- A round ends when its ticket goes to another lead.
create temp table moved as
with turned as (
    select id, ticket, ms, seq, tie, lag(unit) over (partition by ticket order by ms, seq, tie) <> unit as turn
    from sent semi join several using (ticket)
    where role = 'lead'
)
select id, min(case when turn then ms end)
    over (partition by ticket order by ms, seq, tie rows between 1 following and unbounded following) as moved_ms
from turned;

-- An event without a unit is that of the lead who has the ticket.
create temp view named as
with leads as (
    select ticket, unit, ms, coalesce(lead(ms) over (partition by ticket order by ms, seq, tie), 9223372036854775807) as next_ms
    from sent
    where coalesce(role, 'lead') = 'lead' and exists (from events where unit is null)
)
select ticket, unit, rank, ms, seq, tie, about, granted, rating, contacted, halves, until from events where unit is not null
union all
select e.ticket, l.unit, e.rank, e.ms, e.seq, e.tie, e.about, e.granted, e.rating, e.contacted, e.halves, e.until
from events e join leads l on e.ticket = l.ticket and e.ms >= l.ms and e.ms < l.next_ms
where e.unit is null;

-- What was asked for, decided and done again, in its round.
create temp table asked as
select s.id, n.rank, n.ms, n.seq, n.tie, n.about, n.granted, n.halves, n.until
from named n join sent s on n.ticket = s.ticket and n.unit = s.unit and n.ms >= s.ms and n.ms < s.next_ms
where n.rank in (3, 4, 8, 10);

-- Returns and extensions asked for, numbered within their round, each with the last decision on it and its first refusal.
create temp table requests as
with numbered as (
    select *, case when rank = 4 or about = 'return' then 'return' else 'extend' end as kind,
        sum(case when rank = 10 then 0 else 1 end)
            over (partition by id, case when rank = 4 or about = 'return' then 4 else 3 end order by ms, rank, seq, tie) as n
    from asked
    where rank in (3, 4) or (rank = 10 and about in ('return', 'extend'))
),
decided as (
    select id, kind, n, last(granted order by ms, seq, tie) as granted, min(case when not granted then ms end) as refused_ms
    from numbered
    where rank = 10 and n > 0
    group by id, kind, n
)
select r.id, r.kind, r.n, r.ms, r.seq, r.tie, r.halves, r.until, coalesce(d.granted, true) as granted,
    case when not d.granted then d.refused_ms end as refused_ms
from numbered r left join decided d using (id, kind, n)
where r.rank <> 10;

-- Which round shows that a ticket returned twice stays with its unit: a later return was refused, or it was sent there again.
create temp table stays as
with several as (
    select s.ticket, s.unit, r.id, r.ms, r.refused_ms, row_number() over (partition by s.ticket, s.unit order by r.ms, r.seq, r.tie) as n
    from requests r join sent s using (id)
    where r.kind = 'return'
),
proofs as (
    select ticket, unit, id, refused_ms as ms from several where n >= 2 and refused_ms is not null
    union all
    select s.ticket, s.unit, s.id, s.ms
    from sent s join several r on s.ticket = r.ticket and s.unit = r.unit and r.n = 2 and s.ms > r.ms
)
select arg_min(id, ms) as id, min(ms) as kept_ms from proofs group by ticket, unit;

-- The second time a unit had to do a ticket again, whatever the round.
create temp table redone as
select s.id, a.ms as redone_ms
from asked a join sent s using (id)
where a.rank = 8
qualify row_number() over (partition by s.ticket, s.unit order by a.ms, a.seq, a.tie) = 2;

-- What else judges a round: the first of each act, and the last rated survey.
create temp table done as
select s.id,
    min(n.ms) filter (n.rank = 1) as signed_ms,
    min(n.ms) filter (n.rank = 2) as contacted_ms,
    min(n.ms) filter (n.rank = 5) as closed_ms,
    min(n.ms) filter (n.rank = 6) as sealed_ms,
    bool_or(n.rank = 7 and not n.contacted) as denied,
    max(n.ms) filter (n.rank = 7 and n.rating in $rated) as rated_ms,
    arg_max(n.rating in $satisfied, n.ms) filter (n.rank = 7 and n.rating in $rated) as content
from named n join sent s on n.ticket = s.ticket and n.unit = s.unit and n.ms >= s.ms and n.ms < s.next_ms
where n.rank in (1, 2, 5, 6, 7)
group by s.id;

-- Every round with what judges it, and how much of its first day had passed when it was dispatched.
create temp table rounds as
with returned as (select id, min(ms) as returned_ms from requests where kind = 'return' and granted group by id),
ends as (select s.id, least(m.moved_ms, nullif(s.next_ms, 9223372036854775807)) as end_ms from sent s left join moved m using (id))
select s.*, d.signed_ms, d.contacted_ms, d.closed_ms, d.sealed_ms, d.denied, d.rated_ms, d.content, r.returned_ms, k.kept_ms, a.redone_ms,
    case when r.returned_ms is null and coalesce(d.closed_ms > e.end_ms, true) then e.end_ms end as ended_ms,
    w.nth, w.nth + 1 - w.works::int as before,
    -- office time of the day until then, and half a day more
    least(greatest((s.ms + 28800000) % 86400000 - w.opens, 0), w.noon - w.opens)
    + least(greatest((s.ms + 28800000) % 86400000 - w.reopens, 0), w.closes - w.reopens) + $day_ms // 2 as spent
from sent s
left join done d using (id)
left join returned r using (id)
left join stays k using (id)
left join redone a using (id)
left join ends e using (id)
left join days w on w.number = local_day(s.ms);

-- Granted extensions, one after the other: each moves the due that it finds, by no more than the original limit.
create temp table extensions as
with recursive granted as (
    select id, ms, halves, until, row_number() over (partition by id order by ms, seq, tie) as n
    from requests where kind = 'extend' and granted
),
dues as (
    select r.id, 0::bigint as n, null::bigint as ms, r.limit_halves, coalesce(r.due_at, w.closes) as due
    from rounds r left join working w on w.nth = r.nth + r.limit_halves // 2
    where r.id in (select id from granted)
    union all
    select d.id, g.n, g.ms, d.limit_halves,
        case
            when d.due is null or g.ms > d.due or g.until <= d.due then d.due
            when g.until is null then w.closes
            else least(g.until, case when d.limit_halves is not null then w.closes end)
        end
    from dues d
    join granted g on g.id = d.id and g.n = d.n + 1
    left join days y on y.number = local_day(d.due)
    left join working w on w.nth = y.nth + case when g.until is null then least(g.halves, d.limit_halves) else d.limit_halves end // 2
)
select id,
    min(ms) filter (n = 1) as first_ms,
    min(ms) filter (n = 2) as second_ms,
    max(due) as due
from dues
group by id;

-- By when what is due.
create temp table judged as
select unit, channel, anonymous, prior_ms, r.ms, signed_ms, contacted_ms, closed_ms, sealed_ms, denied, rated_ms, content,
    returned_ms, kept_ms, redone_ms, ended_ms, first_ms, second_ms, channel in $posts as online,
    returned_ms is null as theirs,
    case
        when (spent - 1) % $day_ms + 1 > h.morning then h.reopens else h.noon
    end + (spent - 1) % $day_ms + 1 - h.morning as sign_due,
    one.closes as respond_due,
    case when channel in $posts then one.closes else two.closes end as return_due,
    coalesce(e.due, r.due_at, l.closes) as close_due,
    month_end(closed_ms) as seal_due
from rounds r
left join extensions e using (id)
left join working h on h.nth = before + (spent > $day_ms)::int
left join working one on one.nth = r.nth + 1
left join working two on two.nth = r.nth + 2
left join working l on l.nth = r.nth + limit_halves // 2;

-- One row per verdict, and what they come to.
with verdicts as (
    select 'signed' as measure, unit, channel, coalesce(signed_ms > sign_due, true) as breached,
        case when breached then sign_due else signed_ms end as decided_ms
    from judged
    where (theirs or signed_ms is not null) and coalesce(decided_ms <= ended_ms, true)
    union all
    select 'responded', unit, channel, coalesce(contacted_ms > respond_due, true) or coalesce(denied, false) as breached,
        case when breached then respond_due else contacted_ms end as decided_ms
    from judged
    where theirs and not anonymous and coalesce(decided_ms <= ended_ms, true)
    union all
    select 'returned', unit, channel, returned_ms > return_due, returned_ms from judged where return_due is not null
    union all
    select 'returned_again', unit, channel, true, kept_ms from judged
    union all
    select 'closed', unit, channel, coalesce(closed_ms > close_due, true) as breached,
        case when breached then close_due else closed_ms end as decided_ms
    from judged
    where theirs and close_due is not null and coalesce(decided_ms <= ended_ms, true)
    union all
    select 'satisfied', unit, channel, not content, rated_ms from judged where theirs and coalesce(rated_ms <= ended_ms, true)
    union all
    select 'redone', unit, channel, true, redone_ms from judged
    union all
    select 'extended_first', unit, channel, true, first_ms from judged
    union all
    select 'extended_second', unit, channel, true, second_ms from judged
    union all
    select 'sealed', unit, channel, coalesce(sealed_ms > seal_due, true) as breached,
        case when breached then seal_due else sealed_ms end
    from judged
    where online and seal_due is not null
    union all
    select 'volume', unit, channel, false, ms from judged where prior_ms is null or local_month(prior_ms) <> local_month(ms)
)
select measure, unit, channel, local_month(decided_ms) as month, count(*), count(*) filter (breached)
from verdicts
where decided_ms <= $as_of
group by all;
