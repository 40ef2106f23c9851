"""What polls use of the portal."""

from __future__ import annotations

from b24sync.words import Both, Message

A_DAY = Message("около {requests} запросов в сутки", "about {requests} requests a day")
NOT_YET = Message("запросов в сутки ещё не посчитать", "requests a day cannot be told yet")
LOAD = Message(
    "нагрузка на портал: {requests}; больше всего времени берёт {method}: до {seconds} с из {limit} с,"
    " которые портал даёт методу на 10 минут ({percent} %)",
    "load on the portal: {requests}; {method} takes the most time: up to {seconds} s of the {limit} s that"
    " the portal gives a method in 10 minutes ({percent} %)",
)
NOTHING = Message("нагрузка на портал ещё не измерена", "the load on the portal is not measured yet")
REMEDY = Message(
    "портал блокирует метод, когда время кончается: запускайте опросы реже (cron или --interval), сверяйте"
    " реже (poll.reconcile_every), следите за меньшим числом объектов (poll.watch) и меньше спрашивайте о"
    " связанных объектах в условиях правил",
    "the portal blocks a method that has used it up: poll less often (cron or --interval), reconcile less"
    " often (poll.reconcile_every), watch fewer kinds (poll.watch), ask for fewer linked entities in"
    " conditions",
)


def told(requests_per_day: int | None, heaviest: tuple[str, float] | None, limit_s: int) -> Both:
    """The load in a sentence.

    Args:
        requests_per_day: If known.
        heaviest: The method that takes the most time, and how many seconds of ten minutes.
        limit_s: How many it may take.
    """
    if heaviest is None:
        return NOTHING.both()
    known = requests_per_day is not None
    requests = A_DAY.both(requests=requests_per_day) if known else NOT_YET.both()
    method, seconds = heaviest
    percent = f"{seconds / limit_s * 100:.0f}"
    return LOAD.both(
        requests=requests, method=method, seconds=f"{seconds:.0f}", limit=limit_s, percent=percent
    )
