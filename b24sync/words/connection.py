"""Why the portal gives no answer, or not the one that was asked for."""

from __future__ import annotations

from b24sync.words import Message

NO_NAME = Message("имя сервера не найти", "its name cannot be resolved")
SLOW_CONNECT = Message("соединение устанавливалось слишком долго", "connecting took too long")
REFUSED = Message("в соединении отказано", "the connection was refused")
NO_CONNECTION = Message("нет соединения", "no connection")
BAD_PROXY = Message(
    "прокси не годится или адрес не адрес", "the proxy cannot be used or the address is no address"
)
PROXY_REFUSES = Message("прокси отказывает в соединении", "the proxy refuses the connection")
NO_CA_FILE = Message("ca_file не прочитать", "ca_file cannot be read")
UNTRUSTED = Message("его сертификату TLS нет доверия: {why}", "its TLS certificate is not trusted: {why}")
NO_TLS = Message("защищённого соединения не вышло: {why}", "TLS failed: {why}")
TLS_BROKE = Message("защищённое соединение оборвалось", "the TLS connection broke")
NO_ANSWER = Message("нет ответа вовремя", "no answer in time")
CUT_OFF = Message("ответ оборвался", "the answer was cut off")
CLOSED = Message("соединение закрыто до ответа", "the connection was closed before the answer")
TOO_SLOW = Message("ответ шёл слишком медленно", "the answer came too slowly")
TOO_LARGE = Message("ответ больше {most} МБ", "the answer is larger than {most} MB")
PACKED = Message("ответ сжат незнакомо: {how}", "the answer is packed as {how}")
NEITHER = Message("портал не дал ни ответа, ни ошибки", "the portal gave neither a result nor an error")
SAME_PAGE = Message("портал снова дал ту же страницу", "the portal gave the same page again")
BLOCKED = Message(
    "зависит от метода, который портал заблокировал", "it depends on a method that the portal has blocked"
)
NO_TIME = Message("в ответе нет времени портала", "the answer does not tell the portal's time")
NOT_SENT = Message(
    "не отправлено: не удался запрос перед этим: {why}", "not sent, as a request before it failed: {why}"
)
NOT_ASKED = Message("больше не спрашивается", "not asked any more")
LINK_ELSEWHERE = Message(
    "ссылка на файл ведёт не на этот портал", "the file's link leads elsewhere than to this portal"
)
LINK_ENDLESS = Message("ссылка на файл перенаправляет без конца", "the file's link redirects without end")
HOLDS_SECRET = Message("в файле секрет вебхука", "the file holds the webhook's secret")
