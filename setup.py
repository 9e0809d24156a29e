"""The one compiled part: the genome kernel, optional, so that no compiler is needed to install."""

from pathlib import Path

from setuptools import Extension, setup

HERE = Path("src/citywide/systems/genomics/engine/kernel")

setup(
    ext_modules=[
        Extension(
            "citywide.systems.genomics.engine.kernel._kernel",
            sources=[str(path) for path in sorted(HERE.glob("c/*.c"))],
            depends=[str(HERE / "c/kernel.h")],
            extra_compile_args=["-O3", "-std=gnu11", "-Wno-psabi"],
            libraries=["m"],
            optional=True,
        )
    ]
)
