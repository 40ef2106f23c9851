"""What ``doctor`` says of funnels."""

from __future__ import annotations

from b24sync.words import Message

OTHER_FUNNEL = Message(
    "{where}: {stage} в воронке {there}, а сделки этого правила в воронке {here}: они останутся на месте",
    "{where}: {stage} is in funnel {there}, and the deals of this rule are in funnel {here}: they stay "
    "where they are",
)
THIS_FUNNEL = Message("укажите стадию воронки {here} или next", "write a stage of funnel {here}, or next")
NOT_LISTED = Message(
    "{where}: сделки этого правила в воронке {here}, а её здесь нет: они останутся на месте",
    "{where}: the deals of this rule are in funnel {here}, which is not listed: they stay where they are",
)
LIST_IT = Message('добавьте: {funnel} = "next" или стадия', 'add {funnel} = "next", or a stage of it')
NO_FUNNEL = Message(
    "{where}: на портале нет воронки сделок {funnel}", "{where}: the portal has no funnel {funnel} of deals"
)
FUNNELS = Message("есть: {funnels}", "known: {funnels}")
STAY = Message(
    "{where}: {stage} только в воронке {there}; сделки других воронок останутся на месте: {others}",
    "{where}: {stage} is in funnel {there} only; deals of the other funnels stay where they are: {others}",
)
WRITE_TABLE = Message(
    'укажите next или стадию для каждой воронки: stage = {{ {there} = "{stage}", {other} = "…" }}',
    'write next, or a stage for each funnel: stage = {{ {there} = "{stage}", {other} = "…" }}',
)
NO_STATUS = Message(
    "{where}: в воронке счетов {funnel} ни одна стадия не «{name}»; её счета этот статус не получат",
    '{where}: no stage of the funnel {funnel} of invoices is "{name}"; its invoices never get that status',
)
ADD_STATUS = Message(
    "добавьте её стадию в invoice.status.{name}, если нужно: {stages}",
    "add one of its stages to invoice.status.{name} if that is wanted: {stages}",
)
