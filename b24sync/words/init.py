"""What ``init`` says and asks."""

from __future__ import annotations

from b24sync.words import Counted, Message

# what it needs

MAKE_ONE = Message(
    "создайте на портале входящий вебхук: «Разработчикам» → «Другое» → «Входящий вебхук», от имени "
    "администратора",
    "make an incoming webhook at the portal: Developer resources → Other → Incoming webhook, as an "
    "administrator",
)
TO_BEGIN = Message("Сначала {make_one}.", "To begin, {make_one}.")
NO_WEBHOOK = Message("не указан --webhook", "--webhook is missing")
WEBHOOK_WAYS = Message(
    "напишите --webhook -, --webhook file:ПУТЬ или задайте $B24SYNC_WEBHOOK; {make_one}",
    "write --webhook -, --webhook file:PATH, or set $B24SYNC_WEBHOOK; {make_one}",
)
NO_INPUT = Message(
    "--webhook -: на стандартном вводе ничего нет", "--webhook -: there is nothing on standard input"
)
SEEN_WEBHOOK = Message(
    "осторожно: вебхук в командной строке видят все пользователи этой машины в списке процессов, и он "
    "остаётся в истории оболочки (напишите --webhook -, --webhook file:ПУТЬ или задайте $B24SYNC_WEBHOOK)",
    "caution: a webhook on the command line is seen by every user of this machine in the process list, "
    "and kept in the shell's history (write --webhook -, --webhook file:PATH, or set $B24SYNC_WEBHOOK)",
)
NO_LANGUAGE = Message(
    "--language: «{text}»; напишите ru или en", "--language: found {text!r} (write ru or en)"
)
IS_FOLDER = Message("{path}: это папка", "{path}: is a folder")
WRITE_OUTPUT = Message("напишите --output {path}", "write --output {path}")
NO_FOLDER = Message("{path}: папки {folder} нет", "{path}: the folder {folder} does not exist")
EXISTS = Message("{path}: уже есть", "{path}: exists already")
OTHER_OUTPUT = Message(
    "укажите другой --output или перезапишите с --force (прежний останется рядом)",
    "choose another --output, or overwrite it with --force (the former one is kept beside)",
)
NOT_WRITABLE = Message("{path}: в папку нельзя писать", "{path}: the folder cannot be written")
NOT_WRITTEN = Message("{path}: не записать: {why}", "{path}: cannot be written: {why}")
RUN_AS_OWNER = Message(
    "укажите другой --output или запустите от имени владельца папки",
    "choose another --output, or run as the owner of the folder",
)
REPORT_IT = Message(
    "это ошибка программы, сообщите о ней; файл не записан, ответы сохранены",
    "please report it; nothing was written, the answers are kept",
)

# what the portal has

NOTHING_TOLD = Message("портал ничего о себе не сообщает", "it tells nothing about itself")
NOT_TOLD = Message("не узнать: {what}", "not told: {what}")
STAGES = Counted(("стадия", "стадии", "стадий"), ("stage", "stages"))
FIELDS = Counted(
    ("пользовательское поле", "пользовательских поля", "пользовательских полей"),
    ("custom field", "custom fields"),
)
USERS = Counted(("сотрудник", "сотрудника", "сотрудников"), ("user", "users"))
DEPARTMENTS = Counted(("отдел", "отдела", "отделов"), ("department", "departments"))
LISTS = Counted(("список", "списка", "списков"), ("list", "lists"))
PROCESSES = Counted(
    ("смарт-процесс", "смарт-процесса", "смарт-процессов"), ("smart process", "smart processes")
)
TEMPLATES = Counted(
    ("шаблон документов", "шаблона документов", "шаблонов документов"),
    ("document template", "document templates"),
)

WHAT_FIELDS = Message("поля ({kind})", "fields of {kind}")
WHAT_FUNNELS = Message("воронки ({kind})", "funnels of {kind}")
WHAT_STAGES = Message(
    "стадии ({kind}): их не даёт crm.status.list", "stages of {kind}: crm.status.list gives none"
)
WHAT_TEMPLATES = Message("шаблоны документов", "document templates")
WHAT_COMPANIES = Message("ваши компании", "own companies")
WHAT_PROCESSES = Message("смарт-процессы", "smart processes")
WHAT_USERS = Message("сотрудники", "users")
WHAT_DEPARTMENTS = Message("отделы", "departments")
WHAT_LISTS = Message("списки", "lists")
WHAT_PROCESS_LISTS = Message("списки процессов", "lists of processes")

# answers given before

TAKEN_UP = Message(
    "ответы прошлого init ({path}) взяты: {answers}",
    "answers of an earlier init ({path}) are taken up: {answers}",
)
TAKE_UP = Message(
    "В {path} остались ответы прошлого init. Взять их?",
    "{path} has answers of an earlier init. Take them up?",
)
SUGGESTED = Message(
    "Из прежнего {path} взяты как предложения: {answers}.",
    "Taken from the former {path} as suggestions: {answers}.",
)
KEPT = Message(
    "ответы сохранены в {path}; следующий init начнёт с них (вебхук и пароль спросит снова)",
    "the answers are kept in {path}; the next init goes on from them (webhook and password are asked again)",
)
FORMER_KEPT = Message("прежний файл: {path}", "the former file: {path}")

# questions

WEBHOOK = Message("Адрес вебхука (не показывается)", "Webhook URL (not shown)")
LANGUAGE = Message("Язык встроенных текстов и сообщений (ru, en)", "Language of texts and messages (ru, en)")
AUTOMATIONS = Message(
    "Автоматизации (пробную неделю всё только планируется и показывается; остальные останутся в файле "
    "комментариями):",
    "Automations (everything is only planned and shown for a trial week; the others stay in the file "
    "as comments):",
)
WHICH_AUTOMATIONS = Message("Какие включить, например A1 A4 B1", "Which to switch on, such as A1 A4 B1")
NOT_KNOWN = Message("нет таких: {codes}", "not known: {codes}")
ONE_OF = Message("напишите одно из: {known}", "write one of {known}")
NONE_OF_THEM = Message("ни одна", "none of them")
ITS_NUMBER = Message("Номер", "Its number")
WHICH_SENT = Message(
    "В воронке счетов «{funnel}» нет обычной стадии «отправлен». Какая значит, что счёт у клиента?",
    "The funnel {funnel} of invoices has no usual stage for sent. Which means that the client has it?",
)
WHICH_ACCOUNTANT = Message(
    "Бухгалтером могут быть несколько человек. Кто?", "Several people may be the accountant. Who is it?"
)
WHICH_LEAD = Message(
    "Сотрудник есть в нескольких полях сделки. В каком руководитель проекта?",
    "Several deal fields hold an employee. Which is the project lead?",
)
WHICH_TEMPLATE = Message(
    "Шаблонов документов для счетов несколько. По какому делать PDF?",
    "There are several document templates for invoices. Which makes the PDF?",
)
WHICH_DEPARTMENT = Message(
    "Руководителю какого отдела ставить задачи по оплаченному счёту?",
    "The head of which department gets the tasks of a paid invoice?",
)
WHICH_FIELD = Message("Какое поле новой сделки заполнять?", "Which field of a new deal is to be filled?")
WHICH_LINK = Message(
    "В каком поле сделки ссылка на элемент списка?", "Which deal field links to an element of a list?"
)
WHICH_LIST = Message("Из какого списка брать данные?", "Which list do the data come from?")
WHICH_WORK = Message(
    "В воронке сделок «{funnel}»: на какой стадии идёт работа?",
    "In the funnel {funnel} of deals: in which stage is the work done?",
)
TRANSPORT = Message(
    "Как отправлять почту (smtp, portal: через портал, file: в папку, для пробы)",
    "Mail goes out by (smtp, portal, file: into a folder, for trials)",
)
SENDER = Message("Отправитель: Название <box@example.ru>", "Sender, as Name <box@example.ru>")
HOST = Message("Почтовый сервер", "Mail server")
SECURITY = Message("Защита (starttls, tls)", "Security (starttls, tls)")
PORT = Message("Порт", "Port")
NO_PORT = Message("«{text}»: напишите число от 1 до 65535", "found {text}: write a number from 1 to 65535")
LOGIN = Message("Логин (пусто: без входа)", "Login (empty: none)")
PASSWORD = Message("Пароль", "Password")

# at the end

WRITTEN = Message(
    "{path}: записан, читать его можете только вы; в нём секрет вебхука",
    "{path}: written, readable by you only; it holds the webhook's secret",
)
NO_ADMIN = Message(
    "осторожно: владелец вебхука не администратор; чего он не видит, того молча не будет",
    "caution: the webhook's owner is no administrator; what that person may not see is missing silently",
)
ROBOTS = Message(
    "осторожно: если робот портала делает то же, что правило, всё произойдёт дважды: {doubles}. Отключите "
    "одно из двух.",
    "caution: where a robot of the portal does the same job as a rule, it happens twice: {doubles}. Switch "
    "one of the two off.",
)
TRIAL = Message(
    "safety.dry_run включён на пробную неделю: всё планируется и показывается, ничего не делается, пока вы "
    "не поставите false.",
    "safety.dry_run is on for a trial week: everything is planned and shown, nothing is done, until you set "
    "it to false.",
)
GUESSES = Message(
    "догадок в файле: {count}, они отмечены словом «{word}»; проверьте их",
    "guesses are marked in the file as “{word}”: {count}; look at them",
)
NEXT = Message(
    "дальше: b24sync {config}doctor, затем b24sync {config}poll (первый только запоминает состояние), затем "
    "cron (cron.example)",
    "next: b24sync {config}doctor, then b24sync {config}poll (the first one takes the baseline, quietly), "
    "then cron (cron.example)",
)
