"""Rules and mails by hand."""

from __future__ import annotations

from b24sync.words import Message

DOES_NOT_MATCH = Message(
    "правило {rule} не подходит к {entity}: {why}", "rule {rule} does not match {entity}: {why}"
)
NO_RULE = Message("правила «{name}» нет", "there is no rule {name!r}")
NO_TERMINAL = Message("спросить не у кого: нет терминала", "there is no terminal to ask at")
SAY_YES = Message("добавьте --yes, чтобы сделать без вопроса", "say --yes to do it")
DO_IT = Message("Сделать?", "Do it?")
NOT_MAILED = Message("письмо по {entity} не отправлено ({to})", "nothing was mailed for {entity} (to {to})")
NOT_RUN = Message(
    "правило {rule} для {entity} не выполнено, ничего не изменено",
    "rule {rule} was not run on {entity}; nothing was changed",
)
DRY_RUN = Message("ничего не сделано: включён safety.dry_run", "nothing is done: safety.dry_run is on")
NO_MAIL = Message(
    "mail: нет, а {command} отправляет письмо (добавьте раздел [mail])",
    "mail: is missing, and {command} sends mail (write a [mail] section)",
)
OTHER_KIND = Message("{entity}: нужен {kind}", "{entity} is no {kind}, which this is for")
NOT_AT_PORTAL = Message(
    "на портале нет {entity} (или он скрыт от владельца вебхука)",
    "the portal has no {entity} (or hides it from the webhook's owner)",
)
NOT_NUMBERED = Message("на портале нет счёта №{number}", "the portal has no invoice №{number}")
ENDED = Message("действие №{id}: {state}", "action {id}: {state}")
GOES_ON = Message("{why}; продолжит следующий опрос", "{why}; the next poll goes on with it")
NOT_NOW = Message("не сейчас", "not now")
NOT_WANTED = Message("не требуется: {why}", "not wanted: {why}")
NO_MAIL_RULE = Message(
    "в правиле «{name}» нет шага {step}, или такого правила нет",
    "there is no rule {name!r} with a step {step}",
)
SEVERAL_RULES = Message(
    "шаг {step} есть в нескольких правилах, и письма у них разные",
    "several rules have a step {step}, and their mails differ",
)
SAY_RULE = Message(
    "укажите правило: --rule ИМЯ (есть: {names})", "name the rule by --rule NAME (known: {names})"
)
WHICH_RULE = Message("По какому правилу? ({names}): ", "By which rule? ({names}): ")
