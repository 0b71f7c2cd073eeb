"""Background work: rows are the truth, the broker only carries hints.

A unit of work is a row of a model made from `item.WorkItem`. Whoever works on a row has claimed it by a conditional
UPDATE, under a token and until a lease ends; what comes of it is written only where the token still stands. A message
that is lost, sent twice or late does no harm: `sweeping.sweep` sends again what nobody answers for any more.
"""
