"""Whether a file can be trusted: whoever may write it tells the program what to do and whom to mail.

A file is trusted if it belongs to the user who runs the program or to root, if nobody else may write it, and
if nobody else may put another in its place. Root trusts files of others, too, as long as only their owners
may write them.

Two sorts of writing by a group are no sharing: a group that has no name on this machine and is one of our own
(the ``fsGroup`` of a Kubernetes pod, the supplementary group of a container: the kubelet makes its volumes
writable by it), and, for folders, the group of one user's own name, which Debian gives everybody.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from b24sync.words import Both

_ROOT = 0


def file_fault(path: Path, *, group_may_write: bool = False) -> Both | None:
    """Why the file must not be used, with the remedy; ``None`` if it may be, or is not there.

    Args:
        path: The file; what a symbolic link points to is looked at, too.
        group_may_write: Whether the group that the administrator gave it is trusted (databases).
    """
    if os.name != "posix":
        return None
    try:
        link, found, folder = path.lstat(), path.stat(), path.parent.stat()
    except OSError:
        return None  # whoever opens it says why it cannot be
    return _fault_of(path, link, found, group_may_write=group_may_write) or _fault_of_folder(
        path.parent, folder
    )


def make_private(folder: Path) -> None:
    """Make a folder and those above it that are absent, each for its owner alone, under any umask.

    Raises:
        FileExistsError: The folder is there already, or something else of its name.
        OSError: It cannot be made.
    """
    if not folder.parent.exists():
        make_private(folder.parent)
    folder.mkdir(mode=0o700)
    folder.chmod(0o700)


def _fault_of(
    path: Path, link: os.stat_result, found: os.stat_result, *, group_may_write: bool
) -> Both | None:
    if not stat.S_ISREG(found.st_mode):
        return None
    foreign = next((one for one in (link, found) if _foreign(one)), None)
    by_everybody = found.st_mode & stat.S_IWOTH
    by_group = found.st_mode & stat.S_IWGRP and not group_may_write and not _nameless_own(found.st_gid)
    if foreign is None and not by_everybody and not by_group:
        return None
    from b24sync.words import trust as words

    if foreign is not None:
        return words.OF_ANOTHER.both(owner=_name(foreign.st_uid), me=_name(os.geteuid()), path=path)
    return (words.BY_EVERYBODY if by_everybody else words.BY_GROUP).both(path=path)


def _fault_of_folder(folder: Path, found: os.stat_result) -> Both | None:
    foreign = _foreign(found)
    if not foreign and (found.st_mode & stat.S_ISVTX or not _others_write(found)):
        return None  # in a sticky one only owners replace their files
    from b24sync.words import trust as words

    if foreign:
        owner, me = _name(found.st_uid), _name(os.geteuid())
        return words.FOLDER_OF_ANOTHER.both(owner=owner, me=me, folder=folder)
    by_everybody = found.st_mode & stat.S_IWOTH
    return (words.FOLDER_OF_ALL if by_everybody else words.FOLDER_OF_GROUP).both(folder=folder)


def _others_write(folder: os.stat_result) -> bool:
    if folder.st_mode & stat.S_IWOTH:
        return True
    shared = folder.st_mode & stat.S_IWGRP
    return bool(shared) and not (_nameless_own(folder.st_gid) or _private(folder.st_gid))


def _foreign(found: os.stat_result) -> bool:
    return os.geteuid() not in {_ROOT, found.st_uid} and found.st_uid != _ROOT


def _nameless_own(gid: int) -> bool:
    import grp

    try:
        grp.getgrgid(gid)
    except KeyError:
        return gid in {os.getegid(), *os.getgroups()}
    return False


def _private(gid: int) -> bool:
    """Whether it is the group of one user's own name, with nobody else in it."""
    import grp

    try:
        group = grp.getgrgid(gid)
    except KeyError:
        return False
    return group.gr_name == _name(os.geteuid()) and not set(group.gr_mem) - {group.gr_name}


def _name(uid: int) -> str:
    import pwd

    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
