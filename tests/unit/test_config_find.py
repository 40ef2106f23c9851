"""Where configurations are looked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from b24sync.config.find import Source, find, user_folder
from b24sync.config.load import load, shared_databases
from b24sync.errors import ConfigError
from tests.support.config import ENVIRON, PORTAL, written


def test_the_named_file_goes_first(tmp_path):
    for name in ("named.toml", "variable.toml", "b24sync.toml"):
        written(tmp_path, PORTAL, name=name)
    environ = {"B24SYNC_CONFIG": str(tmp_path / "variable.toml")}
    assert find(tmp_path / "named.toml", environ, tmp_path) == [Source(tmp_path / "named.toml")]
    assert find(None, environ, tmp_path) == [Source(tmp_path / "variable.toml")]
    assert find(None, {"B24SYNC_CONFIG": ""}, tmp_path) == [Source(tmp_path / "b24sync.toml")]


def test_the_file_of_the_current_folder_is_shown_by_its_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    written(tmp_path, PORTAL)
    assert find(None, {}, Path.cwd()) == [Source(Path("b24sync.toml"))]
    assert find(Path("b24sync.toml"), {}, Path.cwd()) == [Source(Path("b24sync.toml"))]


def test_a_relative_name_counts_from_the_folder_of_the_command(tmp_path):
    (tmp_path / "etc").mkdir()
    written(tmp_path / "etc", PORTAL, name="a.toml")
    assert find(Path("etc/a.toml"), {}, tmp_path) == [Source(tmp_path / "etc" / "a.toml")]


def test_a_folder_means_each_of_its_files_in_order(tmp_path):
    for name in ("b.toml", "a.toml", ".hidden.toml", "c.txt"):
        written(tmp_path, PORTAL, name=name)
    found = find(tmp_path, {}, Path("/"))
    assert found == [Source(tmp_path / "a.toml", in_folder=True), Source(tmp_path / "b.toml", in_folder=True)]


def test_the_users_folder_comes_last(tmp_path):
    folder = tmp_path / "config" / "b24sync"
    folder.mkdir(parents=True)
    written(folder, PORTAL, name="shop.toml")
    environ = {"XDG_CONFIG_HOME": str(tmp_path / "config"), "HOME": "/nowhere"}
    assert find(None, environ, tmp_path) == [Source(folder / "shop.toml", in_folder=True)]


def test_the_users_folder_is_below_home_without_xdg():
    assert user_folder({"HOME": "/home/ann"}) == Path("/home/ann/.config/b24sync")
    assert user_folder({"HOME": "/home/ann", "XDG_CONFIG_HOME": "relative"}) == Path(
        "/home/ann/.config/b24sync"
    )
    assert user_folder({}) is None


def test_nothing_found_says_where_it_was_looked_for(tmp_path):
    with pytest.raises(
        ConfigError, match=r"no configuration found: looked for \./b24sync\.toml and"
    ) as caught:
        find(None, {"HOME": str(tmp_path)}, tmp_path)
    assert "run: b24sync init" in str(caught.value)
    assert caught.value.exit_code == 2


def test_a_named_file_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(ConfigError, match="there is no such file"):
        find(tmp_path / "none.toml", {}, tmp_path)


def test_a_folder_without_configurations_is_an_error(tmp_path):
    with pytest.raises(ConfigError, match=r"there is no \*.toml in this folder"):
        find(tmp_path, {}, tmp_path)


def test_each_configuration_of_a_folder_has_a_database_of_its_own_name(tmp_path):
    for name in ("shop.toml", "wholesale.toml"):
        written(tmp_path, PORTAL, name=name)
    found = [load(source, environ=ENVIRON) for source in find(tmp_path, {}, tmp_path)]
    assert [one.settings.store.path.name for one in found] == ["shop.db", "wholesale.db"]
    assert list(shared_databases(found)) == []


def test_two_configurations_of_a_folder_cannot_share_a_database(tmp_path):
    for name in ("shop.toml", "wholesale.toml"):
        written(tmp_path, PORTAL + '[store]\npath = "one.db"\n', name=name)
    found = [load(source, environ=ENVIRON) for source in find(tmp_path, {}, tmp_path)]
    (message,) = shared_databases(found)
    assert str(message).startswith(
        f"store.path: {tmp_path}/shop.toml, {tmp_path}/wholesale.toml use the same database"
    )


@pytest.mark.parametrize("named", ["shop/b24sync.toml", "shop"])
@pytest.mark.parametrize("variable", [False, True])
def test_paths_of_a_relatively_named_configuration_count_from_its_folder_once(
    tmp_path, monkeypatch, named, variable
):
    (tmp_path / "shop").mkdir()
    own = (
        '[store]\npath = "data/own.db"\n[mail]\nfrom = "a@example.ru"\ntransport = "file"\nfolder = "mails"\n'
    )
    written(tmp_path / "shop", own + PORTAL)
    monkeypatch.chdir(tmp_path)
    environ = {"B24SYNC_CONFIG": named} if variable else {}
    (source,) = find(None if variable else Path(named), environ, Path.cwd())
    settings = load(source, environ=ENVIRON).settings
    assert settings.store.path.resolve() == tmp_path / "shop" / "data" / "own.db"
    assert settings.mail.folder.resolve() == tmp_path / "shop" / "mails"


def test_paths_that_a_relatively_named_configuration_leaves_out_are_in_its_folder(tmp_path, monkeypatch):
    (tmp_path / "shop").mkdir()
    written(tmp_path / "shop", '[mail]\nfrom = "a@example.ru"\ntransport = "file"\n' + PORTAL)
    monkeypatch.chdir(tmp_path)
    settings = load(Path("shop/b24sync.toml"), environ=ENVIRON).settings
    assert settings.store.path.resolve() == tmp_path / "shop" / "b24sync.db"
    assert settings.mail.folder.resolve() == tmp_path / "shop" / "outbox"
