"""What a form is refused for is said in Chinese too: the hub speaks English to programs, the pages to people."""

import ast
import inspect
import re
from pathlib import Path
from types import ModuleType

import pytest

from citywide.systems.hotline import told
from citywide.systems.hotline.api import calls

SAID = (Path(__file__).parents[3] / "console/src/lib/refusals.ts").read_text()


def refusals(module: ModuleType) -> set[str]:
    """The fixed sentences with which a door says no."""
    words = [node for node in ast.walk(ast.parse(inspect.getsource(module))) if isinstance(node, ast.Call)]
    says = [arg for call in words if getattr(call.func, "id", "") in {"Problem", "Refusal"} for arg in call.args[1:]]
    return {arg.value for arg in says if isinstance(arg, ast.Constant) and isinstance(arg.value, str)}


@pytest.mark.parametrize("module", [told, calls])
def test_every_refusal_has_its_chinese(module: ModuleType) -> None:
    assert refusals(module)
    written = re.compile(r'^ +(?:"(.+?)"|(\w+)): "', re.MULTILINE)
    assert refusals(module) <= {quoted or bare for quoted, bare in written.findall(SAID)}
