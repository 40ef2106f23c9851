"""Why a value does not fit a field, a list or a look-up of the portal."""

from __future__ import annotations

from b24sync.words import Message

READ_ONLY = Message("его нельзя менять", "it cannot be written")
NOT_BY_RULES = Message(
    "поля типа {type} правилами не меняются", "fields of the type {type} are not written by rules"
)
ONE_VALUE = Message("в нём одно значение, а дано {count}", "it holds one value, and {count} are given")
NO_ID = Message("«{text}» не ID", "{text!r} is no id")
NO_CHOICE = Message("в нём нет значения «{text}» ({advice})", "it has no value {text!r} ({advice})")
DID_YOU_MEAN = Message("возможно, {name}?", "did you mean {name}?")
KNOWN = Message("есть: {names}", "known: {names}")
NOT_WHOLE = Message("{text} не целое число", "{text} is no whole number")
NO_CURRENCY = Message("у {text} нет валюты (напишите 100.5|RUB)", "{text} has no currency (write 100.5|RUB)")
NOT_YES_NO = Message("«{text}» не Y и не N", "{text!r} is neither Y nor N")
NO_DATE = Message(
    "«{text}» не дата (напишите как 2026-12-31)", "{text!r} is no date (write it as 2026-12-31)"
)
NO_NUMBER = Message("«{text}» не число{advice}", "{text!r} is no number{advice}")
WRITE = Message(" (напишите {text})", " (write {text})")
WRITE_SO = Message(" (напишите цифрами, например 1234.50)", " (write a number, such as 1234.50)")
NO_LIST_FIELD = Message(
    "{doing}: в списке нет поля {name} ({advice})", "{doing}: the list has no field {name} ({advice})"
)
LOOKUP_NO_ID = Message("{doing}: в id «{text}», а это не ID", "{doing}: id is {text!r}, which is no id")

# what was tried

FIELDS_OF = Message("поля {kind}", "fields of {kind}")
AFTER_WRITE = Message("{entity} после записи", "{entity} after the write")
STAGES_OF = Message("стадии воронки {funnel}", "stages of the funnel {funnel}")
FORMER_TASKS = Message("поиск поставленных раньше задач", "looking for tasks made before")
LIST_ROW = Message("строка {row} списка {list}", "row {row} of the list {list}")
SECTIONS = Message("разделы каталога (право catalog)", "sections of the catalogue (scope catalog)")
FORMER_INVOICE = Message("поиск созданного раньше счёта", "looking for an invoice made before")
FORMER_ACTIVITY = Message("поиск созданного раньше дела", "looking for an activity made before")
LOOKUP = Message("поиск {name} ({source})", "look-up {name} ({source})")
NOBODY = Message("нет действующих сотрудников{why}", "nobody active{why}")

# documents

NO_DOCUMENT = Message(
    "портал ответил без документа для {entity}; посмотрите там, затем b24sync retry",
    "the portal answered without a document of {entity}; look there, then b24sync retry",
)
DOCUMENT_OF = Message("документ для {entity}", "document of {entity}")
DOCUMENTS_OF = Message("документы для {entity}", "documents of {entity}")
DOCUMENT = Message("документ {id}", "document {id}")
CHECK_TEMPLATE = Message(
    "проверьте, что шаблон документов {id} есть и подходит счетам, затем b24sync retry",
    "see whether the document template {id} is there and for invoices, then b24sync retry",
)
PDF_OF = Message("PDF документа {id}", "the PDF of document {id}")
LOOK_AT_IT = Message(
    "{what}: {why}; посмотрите на портале, затем b24sync retry",
    "{what}: {why}; look at it in the portal, then b24sync retry",
)
PDF_TOO_LARGE = Message(
    "{what} в {size} МБ больше {most} МБ; укажите attach = false",
    "{what} has {size} MB, more than {most} MB; set attach = false",
)
SENT_INSTEAD = Message("портал прислал {found}", "the portal sent {found} instead")
NO_PDF = Message("не PDF", "something that is no PDF")
AN_ERROR = Message("ошибку {error}", "the error {error}")
OTHER_JSON = Message("JSON без ошибки", "JSON that is no error")
