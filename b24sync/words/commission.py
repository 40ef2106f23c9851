"""Headings of the commission ledger."""

from __future__ import annotations

from collections.abc import Mapping

from b24sync.words import Message

TITLES: Mapping[str, Message] = {
    "person": Message("Сотрудник", "Person"),
    "invoice": Message("Счёт", "Invoice"),
    "expected": Message("Ожидается", "Expected"),
    "earned": Message("Начислено", "Earned"),
    "reversed": Message("Отменено", "Reversed"),
    "payable": Message("К выплате", "Payable"),
    "currency": Message("Валюта", "Currency"),
    "none": Message("в ведомости нет строк", "the ledger has no rows"),
    "total": Message("Итого", "Total"),
    "id": Message("Строка", "Row"),
    "at": Message("Дата", "Date"),
    "entity": Message("Объект", "Entity"),
    "user": Message("ID сотрудника", "User ID"),
    "name": Message("Сотрудник", "Person"),
    "role": Message("Роль", "Role"),
    "percent": Message("Процент", "Percent"),
    "state": Message("Состояние", "State"),
    "amount": Message("Сумма", "Amount"),
    "reverses": Message("Отменяет строку", "Reverses row"),
    "number": Message("Номер счёта", "Invoice number"),
}
