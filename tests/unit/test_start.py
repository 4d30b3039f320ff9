"""What the start spares is the same as what it would have cost."""

import importlib
import json
import os
import subprocess
import sys

from decidua.start import PLUGIN_LOADER, _loader_of_no_plugins


def test_the_stand_in_answers_as_the_real_loader_does_with_plugins_disabled(monkeypatch):
    monkeypatch.setenv("PYDANTIC_DISABLE_PLUGINS", "__all__")
    real = importlib.import_module(PLUGIN_LOADER)
    assert _loader_of_no_plugins().get_plugins() == tuple(real.get_plugins()) == ()


def test_anything_else_is_asked_of_the_real_loader(monkeypatch):
    stand_in = _loader_of_no_plugins()
    monkeypatch.setitem(sys.modules, PLUGIN_LOADER, stand_in)
    assert stand_in.PYDANTIC_ENTRY_POINT_GROUP == "pydantic"
    assert sys.modules[PLUGIN_LOADER] is not stand_in


def _imported(**environment):
    code = (
        "import sys, json\n"
        "from decidua.start import run\n"
        "sys.argv = ['decidua', 'schema', 'profile']\n"
        "try:\n    run()\nexcept SystemExit as end:\n    assert not end.code\n"
        "sys.stderr.write(json.dumps(sorted(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **environment},
    )
    return done.stdout, set(json.loads(done.stderr))


def test_the_tool_looks_for_no_plugins_unless_it_is_told_to():
    schema, modules = _imported()
    assert "importlib.metadata" not in modules
    told, others = _imported(PYDANTIC_DISABLE_PLUGINS="none-of-that-name")
    assert "importlib.metadata" in others
    assert told == schema
