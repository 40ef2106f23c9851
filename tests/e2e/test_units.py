"""Files that poll: accepted by systemd and by Kubernetes' schema, and hardened."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.commands import b24sync
from tests.support.config import PORTAL, written

needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed"
)
SCHEMA = Path(__file__).parents[1] / "data" / "kubernetes.json"
SECRETS = '[portal]\nwebhook = "env:B24SYNC_WEBHOOK"\n'


@pytest.fixture(params=["one", "folder"])
def configuration(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """One configuration, or a folder of two, in a path that has to be quoted."""
    folder = tmp_path / "a b"
    folder.mkdir()
    if request.param == "one":
        return written(folder, SECRETS)
    for name in ("shop", "wholesale"):
        written(folder, PORTAL, name=f"{name}.toml")
    return folder


def made(configuration: Path, kind: str, out: Path) -> dict[str, str]:
    """The files that the command wrote."""
    ended = b24sync(
        "--config",
        str(configuration),
        "units",
        f"--{kind}",
        "--output",
        str(out),
        "--user",
        "daemon",
        cwd=configuration.parent,
    )
    assert ended.code == 0, ended.err
    return {file.name: file.read_text(encoding="utf-8") for file in out.iterdir()}


@needs_systemd
def test_systemd_accepts_the_units_and_finds_them_hardened(configuration: Path, tmp_path: Path):
    out = tmp_path / "units"
    files = made(configuration, "systemd", out)
    suffix = "@" if configuration.is_dir() else ""
    assert set(files) == {f"b24sync{suffix}.service", f"b24sync{suffix}.timer"}
    service = files[f"b24sync{suffix}.service"]
    real = re.sub(r"(?m)^ExecStart=\S+", "ExecStart=/bin/true", service)
    (out / f"b24sync{suffix}.service").write_text(real, encoding="utf-8")
    for name in files:
        unit = name.replace("@", "@shop")
        file = out / name if "@" not in name else out / unit
        if "@" in name:
            shutil.copy(out / name, file)
    verified = subprocess.run(
        ["systemd-analyze", "verify", *(str(out / name.replace("@", "@shop")) for name in files)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert verified.returncode == 0, verified.stderr
    assert "b24sync" not in verified.stderr, verified.stderr
    unit = out / f"b24sync{suffix}.service".replace("@", "@shop")
    judged = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", "--threshold=30", "--no-pager", str(unit)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert judged.returncode == 0, judged.stdout[-400:] + judged.stderr


def test_no_unit_holds_a_secret(configuration: Path, tmp_path: Path):
    for kind in ("systemd", "cron", "kubernetes"):
        for text in made(configuration, kind, tmp_path / kind).values():
            assert "s3cretword" not in text


def test_each_portal_of_a_folder_has_its_own_job_and_volume(tmp_path: Path):
    for name in ("shop", "wholesale"):
        written(tmp_path, PORTAL, name=f"{name}.toml")
    files = made(tmp_path, "kubernetes", tmp_path / "out")
    assert set(files) == {"b24sync-shop.yaml", "b24sync-wholesale.yaml"}
    assert "claimName: b24sync-shop}" in files["b24sync-shop.yaml"]


def test_the_jobs_keep_to_the_schema_of_kubernetes(configuration: Path, tmp_path: Path):
    import jsonschema
    import yaml

    schema = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    for text in made(configuration, "kubernetes", tmp_path / "out").values():
        documents = list(yaml.safe_load_all(text))
        assert [one["kind"] for one in documents] == ["PersistentVolumeClaim", "CronJob"]
        for document in documents:
            schema.validate(document)
        pod = documents[1]["spec"]["jobTemplate"]["spec"]["template"]["spec"]
        pod["containers"][0]["readOnlyRootFilesystem"] = True  # it belongs into securityContext
        assert not schema.is_valid(documents[1])


def test_the_crontab_calls_the_program_by_its_whole_path(tmp_path: Path):
    file = written(tmp_path, SECRETS)
    (text,) = made(file, "cron", tmp_path / "out").values()
    polls = [line for line in text.splitlines() if line.endswith("poll --max-time 50s")]
    assert [line.split()[:6] for line in polls] == [["*/2", "*", "*", "*", "*", "daemon"]]
    assert polls[0].split()[6].startswith("/")


def test_one_configuration_of_a_folder_keeps_its_database(tmp_path: Path):
    for name in ("shop", "wholesale"):
        written(tmp_path, PORTAL, name=f"{name}.toml")
    ended = b24sync("--config", str(tmp_path), "--only", "shop", "status", cwd=tmp_path)
    assert f"{tmp_path}/shop.db" in ended.err
    unknown = b24sync("--config", str(tmp_path), "--only", "shoop", "status", cwd=tmp_path)
    assert unknown.code == 2
    assert "shop, wholesale" in unknown.err
