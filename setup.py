"""Packs the experiments, which lie beside the package, as a part of it.

In a wheel they are jaxgan/experiments/FAMILY/NAME.py; a checkout uses them where they
lie. Benchmarks stay out. Everything else is declared in pyproject.toml.
"""

import pathlib

from setuptools import find_packages, setup

FILES = pathlib.Path(__file__).parent.glob("experiments/*/*.py")
FAMILIES = sorted({file.parent.name for file in FILES} - {"benchmarks"})

setup(
    packages=[
        *find_packages(include=["jaxgan", "jaxgan.*"]),
        "jaxgan.experiments",
        *(f"jaxgan.experiments.{family}" for family in FAMILIES),
    ],
    package_dir={"jaxgan.experiments": "experiments"},
)
