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

_ROOT = 0


def file_fault(path: Path, *, group_may_write: bool = False) -> str:
    """Why the file must not be used, with the remedy; empty if it may be, or is not there.

    Args:
        path: The file; what a symbolic link points to is looked at, too.
        group_may_write: Whether the group that the administrator gave it is trusted (databases).
    """
    if os.name != "posix":
        return ""
    try:
        link, found, folder = path.lstat(), path.stat(), path.parent.stat()
    except OSError:
        return ""  # whoever opens it says why it cannot be
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


def _fault_of(path: Path, link: os.stat_result, found: os.stat_result, *, group_may_write: bool) -> str:
    if not stat.S_ISREG(found.st_mode):
        return ""
    for one in (link, found):
        if _foreign(one):
            return f"belongs to {_name(one.st_uid)}, who could change it (chown {_name(os.geteuid())} {path})"
    if found.st_mode & stat.S_IWOTH:
        return f"can be written by everybody (chmod o-w {path}, and see whether it is still what you wrote)"
    if found.st_mode & stat.S_IWGRP and not group_may_write and not _nameless_own(found.st_gid):
        return f"can be written by its group (chmod g-w {path}, and see whether it is still what you wrote)"
    return ""


def _fault_of_folder(folder: Path, found: os.stat_result) -> str:
    if _foreign(found):
        owner, me = _name(found.st_uid), _name(os.geteuid())
        return f"is in a folder of {owner}, who could replace it (chown {me} {folder})"
    if found.st_mode & stat.S_ISVTX:
        return ""  # only owners replace their files there
    if found.st_mode & stat.S_IWOTH:
        return f"is in a folder where everybody could replace it (chmod o-w {folder})"
    if found.st_mode & stat.S_IWGRP and not (_nameless_own(found.st_gid) or _private(found.st_gid)):
        return f"is in a folder where a group could replace it (chmod g-w {folder})"
    return ""


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
