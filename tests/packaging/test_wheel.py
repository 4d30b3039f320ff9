"""What is shipped: the wheel and the source archive as somebody who installs them has them."""

from __future__ import annotations

import configparser
import email
import hashlib
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

import decidua

ROOT = Path(__file__).parents[2]
HEAVY = [
    *("pandas", "polars", "narwhals", "pyarrow", "pyspark", "matplotlib", "z3", "scipy", "numpy", "fhir", "jsonschema"),
    *("ssl", "http.client", "urllib.request", "asyncio", "multiprocessing", "requests", "httpx"),
    *("rich", "typer", "click"),
]


def run(*words, cwd, **environment):
    """Run Python away from the checkout, in an environment that shows nothing of it but the packages installed."""
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "COLUMNS", "NO_COLOR")}
    call = [sys.executable, "-W", "ignore::DeprecationWarning", *words]
    ran = subprocess.run(
        call,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        cwd=cwd,
        env={**kept, "PYTHONUTF8": "1", **environment},
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def build(source, target, *what):
    pytest.importorskip("hatchling")
    kinds = [word for kind in what for word in ("-t", kind)]
    run("-m", "hatchling", "build", *kinds, "-d", str(target), cwd=source, SOURCE_DATE_EPOCH="1735689600")
    return sorted(target.iterdir())


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The source archive and the wheel."""
    archive, wheel = build(ROOT, tmp_path_factory.mktemp("dist"), "wheel", "sdist")[::-1]
    if archive.suffix == ".whl":
        archive, wheel = wheel, archive
    return archive, wheel


@pytest.fixture(scope="module")
def wheel(built):
    with zipfile.ZipFile(built[1]) as opened:
        yield opened


@pytest.fixture(scope="module")
def unpacked(built, tmp_path_factory):
    folder = tmp_path_factory.mktemp("unpacked")
    with zipfile.ZipFile(built[1]) as opened:
        opened.extractall(folder)  # noqa: S202 - the archive made a moment ago
    return folder


def files(folder, *endings):
    found = (path for path in (ROOT / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(ROOT / folder).as_posix(): path for path in found if path.suffix in endings or not endings}


# What is in the wheel


@pytest.mark.parametrize("kind", ["rules", "profiles"])
def test_the_wheel_holds_every_rule_and_every_profile_byte_for_byte(wheel, kind):
    shipped = {name: hashlib.sha256(path.read_bytes()).digest() for name, path in files(kind, ".yaml").items()}
    prefix = f"decidua/_data/{kind}/"
    found = {
        name.removeprefix(prefix): hashlib.sha256(wheel.read(name)).digest()
        for name in wheel.namelist()
        if name.startswith(prefix) and name.endswith(".yaml")
    }
    assert len(shipped) > 10
    assert found == shipped


def test_the_wheel_holds_every_module_and_nothing_else_of_the_checkout(wheel):
    modules = {f"decidua/{name}" for name in files("engine/decidua", ".py")}
    names = set(wheel.namelist())
    assert {name for name in names if name.endswith(".py")} == modules
    others = {name for name in names - modules if not name.startswith(("decidua/_data/", "decidua-"))}
    assert others == {"decidua/py.typed", "decidua/tables/made_up/register.yaml"}
    assert not [name for name in names if {"tests", "benchmarks"} & set(Path(name).parts)]


def test_the_data_holds_no_code_and_no_leavings(wheel):
    data = [name for name in wheel.namelist() if name.startswith("decidua/_data/")]
    assert {Path(name).suffix for name in data} <= {".yaml", ".json", ".md"}
    assert not [name for name in data if "/." in name or "__pycache__" in name]


def test_type_checkers_are_told_that_the_package_is_typed(wheel):
    assert "decidua/py.typed" in wheel.namelist()


def metadata(wheel):
    (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    return email.message_from_bytes(wheel.read(name))


def test_the_wheel_names_its_version_its_python_and_its_licence(wheel):
    said = metadata(wheel)
    assert (said["Name"], said["Version"]) == ("decidua", decidua.__version__)
    assert said["Requires-Python"] == ">=3.11"
    assert said["License-Expression"] == "Apache-2.0"
    assert [name for name in wheel.namelist() if name.endswith("/licenses/LICENSE")]
    assert "Typing :: Typed" in said.get_all("Classifier")


def test_the_wheel_asks_for_few_packages_and_none_that_only_tests_need(wheel):
    asked = [line for line in metadata(wheel).get_all("Requires-Dist") if "extra ==" not in line]
    names = {line.split(">")[0].split("<")[0].split(";")[0].strip() for line in asked}
    assert names == {"pydantic", "pyyaml", "rich", "typer", "durable-rules"}
    (durable,) = (line for line in asked if line.startswith("durable-rules"))
    assert durable.replace('"', "'").endswith("python_version < '3.13'")


def test_the_wheel_installs_one_command(wheel):
    (name,) = (name for name in wheel.namelist() if name.endswith("entry_points.txt"))
    said = configparser.ConfigParser()
    said.read_string(wheel.read(name).decode())
    assert list(said["console_scripts"]) == ["decidua"]


# What is in the source archive


def test_the_source_archive_holds_what_a_developer_needs_and_no_leavings(built):
    with tarfile.open(built[0]) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    for name in ("pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "Makefile"):
        assert name in names
    for folder in ("engine/decidua", "rules", "profiles", "tests"):
        assert {f"{folder}/{name}" for name in files(folder, ".py", ".yaml")} <= names
    tops = {name.partition("/")[0] for name in names}
    assert not [top for top in tops if top.startswith(".") and top != ".gitignore"]
    assert not [name for name in names if "__pycache__" in name or name.endswith(".pyc")]


def test_a_wheel_made_from_the_source_archive_is_the_wheel(built, tmp_path):
    with tarfile.open(built[0]) as archive:
        archive.extractall(tmp_path, filter="data")
    (source,) = tmp_path.iterdir()
    (again,) = build(source, tmp_path / "dist", "wheel")
    assert again.name == built[1].name
    with zipfile.ZipFile(again) as one, zipfile.ZipFile(built[1]) as other:
        assert {name: one.read(name) for name in one.namelist()} == {
            name: other.read(name) for name in other.namelist()
        }


def test_the_same_source_gives_the_same_bytes(built, tmp_path):
    (again,) = build(ROOT, tmp_path / "dist", "wheel")
    assert again.read_bytes() == built[1].read_bytes()


# The wheel at work


def test_the_wheel_finds_its_own_data_and_answers_as_the_checkout_does(unpacked, tmp_path):
    here = "import decidua; from decidua.rulebook.folder import data_folder as d; print(decidua.__file__, d('rules'), sep='\\n')"
    places = run("-c", here, cwd=tmp_path, PYTHONPATH=str(unpacked)).splitlines()
    assert places == [str(unpacked / "decidua/__init__.py"), str(unpacked / "decidua/_data/rules")]
    words = ("-m", "decidua", "assess", "--format", "json")
    of_wheel = run(
        *words, str(unpacked / "decidua/_data/profiles/rpl_four_losses.yaml"), cwd=tmp_path, PYTHONPATH=str(unpacked)
    )
    of_checkout = run(
        *words, str(ROOT / "profiles/rpl_four_losses.yaml"), cwd=tmp_path, PYTHONPATH=str(ROOT / "engine")
    )
    assert of_wheel == of_checkout
    assert of_wheel.startswith("{")


def test_pip_takes_the_wheel_and_the_command_runs(built, tmp_path):
    pytest.importorskip("pip")
    target = tmp_path / "installed"
    words = ("install", "--quiet", "--disable-pip-version-check", "--no-index", "--no-deps", "--target", str(target))
    run("-m", "pip", *words, str(built[1]), cwd=tmp_path, PIP_ROOT_USER_ACTION="ignore")
    said = run(str(target / "bin" / "decidua"), "rules", "check", cwd=tmp_path, PYTHONPATH=str(target))
    assert said.startswith(f"Rulebook {decidua.load_rulebook().manifest.version} is sound: ")


# Light


@pytest.mark.parametrize("engine", ["reference", "auto"])
def test_the_package_and_one_answer_load_nothing_heavy(unpacked, tmp_path, engine):
    script = (
        "import sys, decidua\n"
        "profile = decidua.Profile.model_validate({'age': 34, 'pregnancies': {'losses': 4}})\n"
        f"assert len(decidua.assess(profile, engine={engine!r}).options) >= 8\n"
        "print(*sorted(sys.modules), sep='\\n')\n"
    )
    loaded = set(run("-c", script, cwd=tmp_path, PYTHONPATH=str(unpacked)).splitlines())
    assert "decidua.assessment.assess" in loaded
    assert not loaded & set(HEAVY)


def test_the_package_alone_loads_next_to_nothing(unpacked, tmp_path):
    script = (
        "import sys; before = set(sys.modules); import decidua; print(*sorted(set(sys.modules) - before), sep='\\n')"
    )
    loaded = set(run("-c", script, cwd=tmp_path, PYTHONPATH=str(unpacked)).splitlines())
    assert "decidua" in loaded
    assert not loaded & {*HEAVY, "durable", "durable_rules_engine"}


def test_an_answer_opens_no_connection_and_starts_no_process(unpacked, tmp_path):
    """The standard library's socket module is there, since pydantic looks up its version; nobody may use it."""
    script = (
        "import sys\n"
        "used = []\n"
        "kinds = ('socket.', 'ssl.', 'urllib.', 'http.', 'ftplib.', 'smtplib.', 'subprocess.', 'os.system', 'os.exec')\n"
        "sys.addaudithook(lambda event, given: used.append(event) if event.startswith(kinds) else None)\n"
        "import decidua\n"
        "from decidua.cli.app import main\n"
        "assert main(['assess', sys.argv[1], '--format', 'json']) == 0\n"
        "assert main(['explain', sys.argv[1], 'ivig']) == 0\n"
        "assert used == [], used\n"
    )
    profile = str(unpacked / "decidua/_data/profiles/rpl_four_losses.yaml")
    assert run("-c", script, profile, cwd=tmp_path, PYTHONPATH=str(unpacked)).startswith("{")
