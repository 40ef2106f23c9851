"""What is said of mail: the server, the letter, its addresses."""

from __future__ import annotations

from b24sync.words import Message

# the way in

NO_HOST = Message("mail.host не указан", "mail.host is empty")
SET_HOST = Message("укажите в mail.host имя почтового сервера", "set mail.host to the mail server's name")
UNPROTECTED = Message(
    "mail.security = none: письма и пароль ушли бы без защиты",
    "mail.security is none, which would send mail and password unprotected",
)
SET_SECURITY = Message("укажите mail.security: starttls или tls", "set mail.security to starttls or tls")
NO_TLS = Message("защищённого соединения не вышло: {why}", "TLS failed: {why}")
NO_CERTIFICATE = Message("сертификат не принят: {why}", "certificate not accepted: {why}")
RIGHT_NAME = Message(
    "в mail.host должно быть имя из сертификата сервера; собственному центру сертификации эта машина должна "
    "доверять",
    "mail.host must be the name in the server's certificate; a company's own authority must be trusted by "
    "this machine",
)
RIGHT_PORT = Message(
    "проверьте, подходит ли mail.security = {security} к mail.port (обычно starttls 587, tls 465)",
    "check that mail.security = {security} fits mail.port (usual: starttls 587, tls 465)",
)
NOT_LET_IN = Message("не принимает соединение: {answer}", "it refuses the connection: {answer}")
NO_LOGIN = Message("входа не предлагает", "it offers no login")
EMPTY_USER = Message(
    "проверьте mail.port и mail.security или уберите mail.user",
    "check mail.port and mail.security, or empty mail.user",
)
LOGIN_BROKE = Message("вход прервался: {why}", "the login broke off: {why}")
NO_WAY = Message("незнакомые способы входа ({ways})", "it offers no known way to log in ({ways})")
KNOWN_WAYS = Message("нужен PLAIN, LOGIN или CRAM-MD5", "PLAIN, LOGIN or CRAM-MD5 is needed")
LOGIN_REFUSED = Message("не пускает {user}: {answer}", "it refuses the login of {user}: {answer}")
LATER = Message("попробуйте позже", "try later")
NO_CHALLENGE = Message("вызов CRAM-MD5 не прочитать", "its challenge for CRAM-MD5 cannot be read")
LOGGED_IN = Message(
    "{place}: вход выполнен, {user} ({security})", "{place}: logged in as {user} ({security})"
)
NO_LOGIN_WANTED = Message("{place}: вход не нужен ({security})", "{place}: no login wanted ({security})")
NO_SMTP = Message("ответ не по SMTP: {answer}", "its answer was no SMTP: {answer}")

# the letter

NO_RECIPIENT = Message("у письма нет получателя", "the mail has no recipient")
GIVE_ADDRESS = Message(
    "укажите почту клиента в CRM, затем b24sync retry", "give the client an e-mail address in the CRM"
)
TOO_LARGE = Message("письмо в {size} МБ больше {most} МБ", "the mail has {size} MB, more than {most} MB")
LESS_OR_LINK = Message("вложите меньше или дайте в тексте ссылку", "attach less, or put a link into the text")
FILES_TOO_LARGE = Message(
    "вложения в {size} МБ больше {most} МБ", "the attachments have {size} MB, more than {most} MB"
)
ATTACH_LESS = Message("вложите меньше", "attach less")

# the portal's mail

NO_OWNER = Message(
    "портал отправляет только письма, привязанные к объекту CRM",
    "the portal sends only mails that belong to an entity",
)
USE_SMTP = Message("отправьте это через mail.transport = smtp", "use mail.transport = smtp for this one")
NO_BCC = Message("скрытой копии портал не отправляет", "the portal cannot send bcc")
USE_CC = Message("укажите cc или mail.transport = smtp", "use cc, or mail.transport = smtp")
PORTAL_REFUSES = Message(
    "портал не отправил письмо для {whom}: {why}", "the portal refuses the mail to {whom}: {why}"
)
CHECK_SENDER = Message(
    "проверьте, что mail.from ({sender}) это ящик, с которого может писать владелец вебхука",
    "check that mail.from ({sender}) is a mailbox that the webhook's owner may send from",
)
SENT_UNSEEN = Message(
    "портал не показывает, отправлено ли письмо раньше: {why}",
    "the portal does not show whether the mail was sent before: {why}",
)
LET_READ = Message("дайте владельцу вебхука читать дела CRM", "let the webhook's owner read CRM activities")
NOBODY_SENDS = Message(
    "у счёта нет ответственного, а портал не говорит, чей это вебхук",
    "nobody is responsible for the invoice, and the portal does not tell whose the webhook is",
)
NAME_RESPONSIBLE = Message("назначьте ответственного за счёт", "make somebody responsible for the invoice")
UNSOUGHT = Message(
    "; оставшееся от него дело найти не удалось", "; the activity that it left could not be looked for"
)
DELETE_IT = Message(
    "; перед повтором удалите на портале дело {ids}",
    "; delete the activity {ids} in the portal before a retry",
)

# the folder

NOT_WRITTEN = Message("{folder}: письмо не записать: {why}", "{folder}: cannot write the mail: {why}")
MAKE_ROOM = Message(
    "освободите место и дайте пользователю, от имени которого работает b24sync, писать в mail.folder",
    "make room, and let the user who runs b24sync write to mail.folder",
)
IS_LINK = Message("mail.folder {folder}: это символическая ссылка", "mail.folder {folder} is a symbolic link")
NAME_FOLDER = Message("укажите в mail.folder саму папку", "set mail.folder to the folder itself")
NO_FOLDER = Message("mail.folder {folder}: это не папка", "mail.folder {folder} is no folder")
SET_FOLDER = Message("укажите в mail.folder папку", "set mail.folder to a folder")
OPEN_FOLDER = Message(
    "mail.folder {folder}: в неё может писать кто угодно", "mail.folder {folder} can be written by everyone"
)

# addresses

ADDRESS = Message("{where}адрес {address} {fault}", "{where}the address {address} {fault}")
WRITE_ADDRESS = Message(
    "напишите один адрес: name@example.ru или Название <name@example.ru>",
    "write one address, as name@example.ru or Name <name@example.ru>",
)
TOO_LONG = Message("длиннее {most} символов", "is longer than {most} characters")
CONTROL = Message(
    "содержит перенос строки или управляющий символ", "contains a line break or control character"
)
EMPTY = Message("пуст", "is empty")
MALFORMED = Message("записан неправильно", "is malformed")
SEVERAL = Message("содержит несколько адресов", "holds several addresses")
NO_AT = Message("без @ и домена", "has no @ and no domain")
NO_DOMAIN = Message("без домена", "has no domain")
NO_LOCAL = Message("без имени перед @", "has no name before the @")
SEPARATOR = Message("содержит пробел, запятую или точку с запятой", "contains a space, comma or semicolon")
NOT_LATIN = Message(
    "с буквами перед @, для которых нужен SMTPUTF8, а его у большинства серверов нет (напишите латиницей)",
    "has letters before the @ that need SMTPUTF8, which most servers lack (use Latin ones)",
)
BAD_LOCAL = Message("с неправильным именем перед @", "has a malformed name before the @")
BAD_DOMAIN = Message("с неправильным доменом", "has a malformed domain")
