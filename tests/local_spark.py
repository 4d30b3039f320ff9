"""A Spark session on this machine for the tests, with two cores and no network but the loopback."""

from __future__ import annotations

import logging
import os
import re
import shutil
import subprocess
import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

__all__ = ["ON_SPARK", "WHY_NOT", "on_spark", "session"]

ENGINE = Path(__file__).parents[1] / "engine"
JAVA_FROM = 17


def java() -> str | None:
    home = os.environ.get("JAVA_HOME")
    return shutil.which("java", path=str(Path(home) / "bin")) if home else shutil.which("java")


def why_not() -> str:
    """Say why there is no Spark here; nothing where there is."""
    if find_spec("pyspark") is None:
        return "PySpark is not installed here (pip install --group spark)"
    found = java()
    if found is None:
        return f"Spark needs Java {JAVA_FROM} or newer, and there is no Java here"
    said = subprocess.run([found, "-version"], capture_output=True, text=True, check=False).stderr
    version = re.search(r'version "(\d+)', said)
    if version is None or int(version[1]) < JAVA_FROM:
        return f"Spark needs Java {JAVA_FROM} or newer; here is {said.splitlines()[:1]}"
    return ""


WHY_NOT = why_not()

ON_SPARK = (
    pytest.mark.spark,
    pytest.mark.xdist_group("spark"),
    # PySpark says so of every pandas from 3 on; no pandas value is ever handed over.
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning"),
)
"""Marks of tests that run on Spark: one process runs them all, so that there is one session."""


def on_spark(test: Any) -> Any:
    """Mark a test that runs on Spark, and leave it out where there is none."""
    for mark in (*ON_SPARK, pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT)):
        test = mark(test)
    return test


@cache
def session() -> Any:
    """Start Spark in this process, once."""
    from pyspark.sql import SparkSession  # noqa: PLC0415 - it may not be installed

    logging.getLogger("py4j").setLevel(logging.ERROR)
    variables = {
        "PYSPARK_PYTHON": sys.executable,
        "PYSPARK_DRIVER_PYTHON": sys.executable,
        "SPARK_LOCAL_IP": "127.0.0.1",
        "PYTHONPATH": os.pathsep.join([str(ENGINE), *filter(None, [os.environ.get("PYTHONPATH")])]),
    }
    settings = {
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.memory": "1g",
        # Many small runs: compiling them well takes Java longer than running them.
        "spark.driver.extraJavaOptions": "-XX:+UseSerialGC -XX:TieredStopAtLevel=1",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.shuffle.partitions": "2",
        "spark.default.parallelism": "2",
        # A table that Python made would be worked out while it is planned, and never run.
        "spark.sql.optimizer.excludedRules": "org.apache.spark.sql.catalyst.optimizer.ConvertToLocalRelation",
    }
    builder = SparkSession.builder.master("local[2]").appName("decidua tests")
    for name, value in settings.items():
        builder = builder.config(name, value)
    with pytest.MonkeyPatch.context() as environment:
        for name, value in variables.items():
            environment.setenv(name, value)
        made = builder.getOrCreate()
    made.sparkContext.setLogLevel("OFF")
    return made
