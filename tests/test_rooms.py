"""What each package says about its modules."""

import ast
import re
from pathlib import Path

import pytest

import gdtui

HOME = Path(gdtui.__file__).parent
PACKAGES = sorted(
    # The tour of the stages is their table, which tests/stages holds against the files.
    each.parent
    for each in HOME.glob("*/**/__init__.py")
    if each.parent != HOME / "stages"
)


def told(package):
    """The names in the tour of a package: the lines ``    name  what it does``."""
    text = ast.get_docstring(ast.parse((package / "__init__.py").read_text()), clean=False)
    return re.findall(r"^    (\w+)  ", text, re.M)


def present(package):
    """The modules of a package, its subpackages and its folders of data."""
    modules = {each.stem for each in package.glob("*.py")} - {"__init__"}
    folders = {each.name for each in package.iterdir() if each.is_dir()} - {"__pycache__"}
    return modules | folders


@pytest.mark.parametrize(
    "package",
    PACKAGES,
    ids=lambda each: ".".join(each.relative_to(HOME).parts),
)
def test_the_tour_of_a_package_names_exactly_what_is_in_it(package):
    assert sorted(told(package)) == sorted(present(package))
