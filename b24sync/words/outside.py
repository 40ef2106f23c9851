"""What portal, mail server and database say of themselves when they cannot be used."""

from __future__ import annotations

from b24sync.words import Message

# the portal

OTHER_PORTAL = Message(
    "{path}: эта база принадлежит другому порталу, {origin}, а вебхук ведёт на {portal}",
    "{path}: this database belongs to another portal, {origin}, and the webhook leads to {portal}",
)
OWN_DATABASE = Message(
    "укажите для этого портала отдельную базу (store.path) или вебхук того портала, которому она принадлежит;"
    " если сменился только адрес портала: sqlite3 ФАЙЛ \"UPDATE meta SET value = '{portal}' WHERE name ="
    " 'origin'\"",
    "give each portal a database of its own (store.path), or use a webhook of the portal that it belongs to;"
    " if only the portal's address changed: sqlite3 FILE \"UPDATE meta SET value = '{portal}' WHERE name ="
    " 'origin'\"",
)
UNREACHED = Message("портал {portal} недоступен: {why}", "the portal {portal} cannot be reached: {why}")
NO_EXPLANATION = Message("без объяснения", "no explanation")
REFUSED = Message("отказано без объяснения", "refused without an explanation")
IN_DOUBT = Message("неизвестно, выполнено ли: {why}", "done or not, nobody knows: {why}")
NOT_LET_IN = Message("портал не принимает вебхук: {why}", "the portal does not accept the webhook: {why}")
CHECK_WEBHOOK = Message(
    "проверьте portal.webhook: секрет, срок действия, владельца, тариф портала",
    "check portal.webhook: its secret, its expiry date, its owner, the portal's plan",
)
ADD_SCOPE = Message("добавьте вебхуку право «{scope}»", "add the scope {scope!r} to the webhook")
ADD_A_SCOPE = Message("добавьте вебхуку право этого метода", "add the method's scope to the webhook")
NOT_JSON = Message(
    "ответ не от REST портала (HTTP {status})", "the answer is not the JSON of a portal (HTTP {status})"
)
REDIRECTS = Message(
    "адрес перенаправляет{target}, а не отвечает (HTTP {status}); см. portal.webhook",
    "the address redirects{target} instead of answering (HTTP {status}); see portal.webhook",
)
REDIRECTS_TO = Message(" на {address}", " to {address}")
UNEXPLAINED_STATUS = Message(
    "HTTP {status} без объяснения (прокси, межсетевой экран или по адресу нет портала)",
    "HTTP {status} without an explanation (a proxy, a firewall, or no portal at this address)",
)
UNEXPLAINED = Message("HTTP {status} без объяснения", "HTTP {status} without an explanation")
PORTAL_SILENT = Message(
    ru="не отправлено: портал не ответил на запросы перед этим",
    en="not sent: the portal left the requests before it without an answer",
)
MAY_HAVE_HAPPENED = Message(
    "{why} (могло выполниться: посмотрите, затем b24sync retry или cancel)",
    "{why} (it may have happened: look, then b24sync retry or cancel)",
)
INTERRUPTED = Message(
    "прервано на ходу; могло выполниться (посмотрите, затем b24sync retry или cancel)",
    "interrupted while it was being done; it may have happened (look, then: b24sync retry or cancel)",
)
GIVEN_UP = Message("{why} (отказались после {attempts})", "{why} (given up after {attempts})")
RULE_GONE = Message(
    "в правиле {rule} шага {step} больше нет", "there is no step {step} in rule {rule} any more"
)
NO_RUN = Message(
    "шаг {step} в этой версии программы не выполняется", "the step {step} cannot be run by this version"
)
NO_EFFECT = Message(
    "ошибка программы: шаг потребовал {what}", "a fault of the program: the step wished for {what}"
)
STEP_UNCLEAR = Message(
    "шаги {step} правила {rule} с тех пор изменены, и не видно, какой из них имелся в виду (посмотрите, что "
    "сделано, затем b24sync cancel)",
    "the steps {step} of rule {rule} were edited since, and nothing tells which one was meant (look what was "
    "done, then: b24sync cancel)",
)
NO_MAIL = Message(
    "почта не настроена: добавьте раздел [mail]", "no mail is configured: write a [mail] section"
)
PROGRAM_FAULT = Message(
    "ошибка программы в шаге {step}: {error}", "a fault of the program in step {step}: {error}"
)

# mail

MAIL_SERVER = Message("почтовый сервер {place}: {what}", "mail server {place}: {what}")
NOTHING_SENT = Message(
    "почтовый сервер {place}: {error} ({command}); ничего не отправлено",
    "mail server {place}: {error} ({command}); nothing was sent",
)
CLOSED = Message("сервер закрыл соединение", "the server closed the connection")
NO_ANSWER = Message("нет ответа вовремя", "no answer in time")
CHECK_SERVER = Message(
    "проверьте mail.host, mail.port и mail.security", "check mail.host, mail.port and mail.security"
)
CHECK_LOGIN = Message("проверьте mail.user и mail.password", "check mail.user and mail.password")
CHECK_ADDRESS = Message(
    "проверьте адрес в CRM или в правиле, затем b24sync retry",
    "check the address in the CRM or in the rule, then b24sync retry",
)
SETTLE = Message(
    "выясните у администратора почтового сервера, что ему не нравится, затем b24sync retry",
    "settle with the mail server's administrator what it does not like, then b24sync retry",
)
LOOK_WHETHER = Message(
    "посмотрите, ушло ли письмо (отправленные ящика, журнал сервера), затем retry или cancel по номеру "
    "действия",
    "look whether it went out (the sent mails of the box, the server's log), then retry or cancel the "
    "action by "
    "its id",
)
SERVER_SAYS = Message("почтовый сервер {place} {what}: {answer}", "mail server {place} {what}: {answer}")
NOT_FROM = Message("не принимает почту от {sender}", "does not take mail from {sender}")
NOT_FOR = Message("не принимает почту для {address}", "does not take mail for {address}")
NOT_THE_MAIL = Message("не принимает письмо для {whom}", "does not take the mail to {whom}")
REFUSED_MAIL = Message("отклонил письмо для {whom}", "refused the mail to {whom}")
HANDED_OVER = Message(
    "почтовый сервер {place}: письмо для {whom} передано целиком, затем: {how}",
    "mail server {place}: the whole mail to {whom} was handed over, then: {how}",
)

# the database

NO_DATABASE = Message("{path}: базы ещё нет", "{path}: there is no database yet")
POLL_FIRST = Message("сначала запустите b24sync poll", "run b24sync poll first")
ANOTHER_POLL = Message(
    "{path}: идёт другой опрос (процесс {process})", "{path}: another poll runs (process {process})"
)
STUCK_POLL = Message(
    "{path}: другой опрос идёт уже {minutes} мин (процесс {process})",
    "{path}: another poll has been running for {minutes} min (process {process})",
)
LOOK_AT_POLL = Message(
    "посмотрите, что с процессом {process}: первое чтение большого портала долгое, иначе завершите его",
    "look at process {process}: the first reading of a large portal takes long; otherwise end it",
)
LOCKED = Message("{path}: занята другой программой ({why})", "{path}: is locked by another program ({why})")
CLOSE_IT = Message("закройте её и запустите снова", "close it and run again")
DISK = Message(
    "{path}: диск переполнен или неисправен ({why})", "{path}: the disk is full or failing ({why})"
)
FREE_SPACE = Message(
    "освободите место и запустите снова; ничего не потеряно", "free space and poll again; nothing is lost"
)
DAMAGED = Message("{path}: повреждена ({why})", "{path}: is damaged ({why})")
RESTORE = Message(
    "восстановите её из копии и запустите b24sync poll --baseline или уберите и начните заново",
    "restore it from a backup and run b24sync poll --baseline, or move it away and start anew",
)
UNWRITABLE = Message("{path}: запись невозможна ({why})", "{path}: cannot be written ({why})")
CHECK_OWNER = Message(
    "проверьте владельца и права файла и его папки", "check the owner and mode of the file and of its folder"
)
