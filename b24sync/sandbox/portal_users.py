"""Users and departments (portal.md §7)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from .envelope import PAGE, Answer
from .method_registry import Params, rest
from .php import as_list, as_map, is_array, to_int

if TYPE_CHECKING:
    from .stand_in import Sandbox

User = dict[str, Any]
_BRIEF = {
    "ID",
    "ACTIVE",
    "NAME",
    "LAST_NAME",
    "SECOND_NAME",
    "WORK_POSITION",
    "UF_DEPARTMENT",
    "USER_TYPE",
    "TIME_ZONE",
    "IS_ONLINE",
    "PERSONAL_GENDER",
}


class People:
    """The company's people and its structure."""

    def __init__(self) -> None:
        self.users: dict[int, User] = {}
        self.departments: dict[int, dict[str, Any]] = {}

    def add_user(self, key: int | None, fields: dict[str, Any]) -> int:
        """Keep a user; ``fields`` in the spelling of user.get."""
        number = key or max(self.users, default=0) + 1
        blank: User = {
            "ID": str(number),
            "XML_ID": None,
            "ACTIVE": True,
            "NAME": "",
            "LAST_NAME": "",
            "SECOND_NAME": "",
            "EMAIL": f"user{number}@example.ru",
            "LAST_LOGIN": "2026-01-12T09:00:00+03:00",
            "DATE_REGISTER": "2024-03-01T03:00:00+03:00",
            "TIME_ZONE": "",
            "IS_ONLINE": "N",
            "TIMESTAMP_X": {},
            "LAST_ACTIVITY_DATE": {},
            "PERSONAL_GENDER": "",
            "PERSONAL_BIRTHDAY": "",
            "PERSONAL_MOBILE": "",
            "WORK_PHONE": "",
            "WORK_POSITION": "",
            "UF_EMPLOYMENT_DATE": "",
            "UF_DEPARTMENT": [],
            "USER_TYPE": "employee",
        }
        self.users[number] = blank | fields
        return number

    def add_department(self, key: int | None, name: str, parent: int | None, head: int | None) -> int:
        """Keep a department; the root has no PARENT, one without a head no UF_HEAD."""
        number = key or max(self.departments, default=0) + 1
        row: dict[str, Any] = {"ID": str(number), "NAME": name, "SORT": 500}
        if parent is not None:
            row["PARENT"] = str(parent)
        if head is not None:
            row["UF_HEAD"] = str(head)
        self.departments[number] = row
        return number

    def active(self, key: int) -> bool:
        """Whether the person is there and works here."""
        user = self.users.get(key)
        return user is not None and bool(user["ACTIVE"])

    def subordinates(self, key: int) -> set[int]:
        """People of the departments that a user heads, and of those below."""
        heads = {number for number, row in self.departments.items() if row.get("UF_HEAD") == str(key)}
        found, open_ones = set(heads), set(heads)
        while open_ones:
            below = {
                n for n, row in self.departments.items() if to_int(row.get("PARENT")) in open_ones
            } - found
            found |= below
            open_ones = below
        return {number for number, user in self.users.items() if found & set(user["UF_DEPARTMENT"])} - {key}

    def name(self, key: int) -> str:
        """First and last name."""
        user = self.users.get(key, {})
        return f"{user.get('NAME', '')} {user.get('LAST_NAME', '')}".strip()


@rest("user.get", "user", "user_basic", "user_brief")
def user_get(portal: Sandbox, params: Params) -> Answer:
    """Users by FILTER; unknown keys are ignored, and so is an undocumented filter outside of it."""
    asked = {key.upper(): value for key, value in params.items()}
    filters = {key.upper(): value for key, value in as_map(asked.get("FILTER", {})).items()}
    rows = [_scoped(portal, user) for user in portal.people.users.values() if _matches(user, filters)]
    descending = str(asked.get("ORDER", "ASC")).upper() == "DESC"
    sort = str(asked.get("SORT", "ID")).upper()
    rows.sort(key=lambda row: int(row["ID"]) if sort == "ID" else str(row.get(sort, "")), reverse=descending)
    names = {str(name) for name in as_list(asked.get("SELECT"))}
    return classic_page([_picked(row, names) for row in rows], params)


def _picked(row: User, names: set[str]) -> User:
    """The selected fields of a row; ``*`` means all, ``UF_*`` all that the company added."""
    if not names or "*" in names:
        return row
    own = "UF_*" in names
    return {name: value for name, value in row.items() if name in names or (own and name.startswith("UF_"))}


def _matches(user: User, filters: dict[str, Any]) -> bool:
    for key, wanted in filters.items():
        name = key.lstrip("=@!")
        if name not in user or key.startswith("!"):
            continue
        options = as_list(wanted) if is_array(wanted) else [wanted]
        if name == "ACTIVE":
            if bool(user["ACTIVE"]) != (str(options[0]) in {"1", "Y", "True", "true"}):
                return False
        elif name == "UF_DEPARTMENT":
            if not {to_int(item) for item in options} & set(user[name]):
                return False
        elif str(user[name]).casefold() not in {str(item).casefold() for item in options}:
            return False
    return True


def _scoped(portal: Sandbox, user: User) -> User:
    scopes = portal.settings.scopes
    if "user" in scopes:
        return dict(user)
    if "user_basic" in scopes:
        return {key: value for key, value in user.items() if key in _BRIEF | {"EMAIL", "WORK_PHONE"}}
    return {key: value for key, value in user.items() if key in _BRIEF}


@rest("user.current", "user", "user_basic", "user_brief")
def user_current(portal: Sandbox, _params: Params) -> Answer:
    """The owner of the webhook."""
    return Answer(_scoped(portal, portal.people.users[portal.settings.owner_id]))


@rest("user.admin")
def user_admin(portal: Sandbox, _params: Params) -> Answer:
    """Whether the owner is an administrator."""
    return Answer(portal.settings.admin)


@rest("profile")
def profile(portal: Sandbox, _params: Params) -> Answer:
    """The owner, without any scope."""
    user = portal.people.users[portal.settings.owner_id]
    zone = portal.settings.owner_tz if portal.settings.owner_tz != portal.settings.server_tz else ""
    names = ("ID", "NAME", "LAST_NAME", "PERSONAL_GENDER")
    return Answer({name: user[name] for name in names} | {"ADMIN": portal.settings.admin, "TIME_ZONE": zone})


@rest("department.get", "department")
def department_get(portal: Sandbox, params: Params) -> Answer:
    """Departments by flat keys, in the order that is asked for; fifty a page."""
    wanted = {key.upper(): value for key, value in params.items() if key not in {"sort", "order"}}
    wanted = {key.upper(): value for key, value in as_map(wanted.get("FILTER")).items()} or wanted
    rows = []
    for row in portal.people.departments.values():
        tests = [
            str(row.get(name, "")) in {str(item) for item in (as_list(value) if is_array(value) else [value])}
            for name, value in wanted.items()
            if name in {"ID", "NAME", "SORT", "PARENT", "UF_HEAD"}
        ]
        if all(tests):
            rows.append(dict(row))
    sort = str(params.get("sort", "")).upper()
    if sort in {"ID", "NAME", "SORT", "PARENT", "UF_HEAD"}:
        down = str(params.get("order", "ASC")).upper() == "DESC"
        rows.sort(key=lambda row: to_int(row.get(sort)) or 0 if sort != "NAME" else row[sort], reverse=down)
    return classic_page(rows, params)


def classic_page(rows: Iterable[Any], params: Params) -> Answer:
    """A page of a classic list method: ``start`` -1 means neither a count nor a following page."""
    found = list(rows)
    start = to_int(params.get("start", params.get("START"))) or 0
    if start < 0:
        return Answer(found[:PAGE], total=0)
    offset = start // PAGE * PAGE
    following = offset + PAGE
    return Answer(
        found[offset:following], total=len(found), next=following if following < len(found) else None
    )
