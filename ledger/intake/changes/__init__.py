"""A re-export against what the ledger knows: what is the same, what was newly filled, and what is said otherwise (a change).

The same thing is, of a row per ticket, an act of one round: one (ticket, unit, dispatch). Its row tells all of the round, so
an act at another instant, one that is gone from a column the file has, and a sub-order that is gone from its columns are changes; its
dispatch is the same also where one of the two tells it to the minute or to the day alone, and where each has one of a unit that the
other lacks. Of a row per event it is what carries the
same `id` on its ticket, else one kind of act at one instant of its ticket, else, in a log that numbers the steps of a ticket (`seq`),
one kind of act at one step, wherever rows that were put in or left out have moved the number. A log without ids and steps cannot say
that an act moved: it grows. Of any such log, what stands and is not told any more is named (`absent`), and nothing becomes of it; of a row
per ticket, so is a round of which a row is gone. Of any file, what files of another form told otherwise is named.

What a `--replace` took back is no news when an older file tells it again: it is a change too, until that file may replace.
"""
