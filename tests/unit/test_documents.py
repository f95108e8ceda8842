"""What the documents name exists, and what exists is named there."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
import yaml

from blina.knowledge.settings import Settings
from blina.server.cli import COMMANDS
from scripts import licences, settings_page

ROOT = Path(__file__).resolve().parents[2]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
TEXTS = {page.relative_to(ROOT).as_posix(): page.read_text(encoding="utf-8") for page in PAGES}
README = TEXTS["README.md"]
ALL = "\n".join(TEXTS.values())
TARGETS = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))
CODE = [file for folder in ("actions", "blina", "scripts") for file in sorted((ROOT / folder).rglob("*.py"))]
CHECKED = "actions benchmarks blina learning scripts tests".split()
VARIABLE = re.compile(r"\bBLINA_[A-Z][A-Z_]*[A-Z]\b")
SETTINGS = {f"BLINA_{name.upper()}" for name in Settings.__fields__}


OPERATORS = [
    f"docs/{name}.md"
    for name in "operations alerts team security http-api setup web-chat hand-over scaling".split()
]
# Where a home folder, pyenv, uv and caches are, as every program looks for them.
OF_THE_MACHINE = {"HOME", "PYENV_ROOT", "UV_PYTHON_INSTALL_DIR", "UV_CACHE_DIR", "XDG_CACHE_HOME"}


def variables(*texts: str) -> set[str]:
    return {name for text in texts for name in VARIABLE.findall(text)}


def in_code() -> set[str]:
    return variables(*(file.read_text(encoding="utf-8") for file in CODE))


@pytest.mark.parametrize("page", TEXTS)
def test_links_lead_somewhere(page: str) -> None:
    folder = (ROOT / page).parent
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", TEXTS[page]) + re.findall(
        r'src="([^"]+)"', TEXTS[page]
    )
    local = [link for link in links if "://" not in link and not link.startswith("mailto:")]
    assert [link for link in local if not (folder / link).exists()] == []


@pytest.mark.parametrize("page", [page for page in TEXTS if page != "CHANGELOG.md"])
def test_files_that_are_named_exist(page: str) -> None:
    named = re.findall(
        r"`((?:blina|knowledge|data|docs|tests|web|scripts|actions|learning)/[\w./-]+)`", TEXTS[page]
    )
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_every_command_of_make_that_is_named_exists() -> None:
    assert (
        set(re.findall(r"`make ([a-z-]+)", ALL)) | set(re.findall(r"^make ([a-z-]+)", ALL, re.M)) <= TARGETS
    )


def test_every_command_of_make_is_named_in_the_manual() -> None:
    assert TARGETS - {"help"} - set(re.findall(r"`make ([a-z-]+)", TEXTS["docs/setup.md"])) == set()


def test_the_commands_of_blina_are_named_as_they_are() -> None:
    assert f"`blina` ({', '.join(COMMANDS)})" in README
    assert set(re.findall(r"`\.venv/bin/blina ([a-z]+)", ALL)) <= set(COMMANDS)


def test_every_environment_variable_that_is_named_exists() -> None:
    assert variables(ALL) - in_code() - SETTINGS - _of_credentials() == set()


def test_every_environment_variable_that_is_read_is_named() -> None:
    assert in_code() - variables(ALL) == set()


def test_other_variables_that_change_what_a_command_does_exist_and_are_named() -> None:
    typed = set(re.findall(r"(?:^|`)([A-Z][A-Z_]+)=\S", ALL, re.MULTILINE))
    files = [
        file for folder in ("scripts", "deploy") for file in (ROOT / folder).rglob("*") if file.is_file()
    ]
    texts = {file: file.read_text(encoding="utf-8", errors="replace") for file in files}
    scripts = "\n".join(text for file, text in texts.items() if file.is_relative_to(ROOT / "scripts"))
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    known = set(re.findall(r"[A-Z_]+", "\n".join([makefile, *texts.values()])))
    assert typed - SETTINGS - in_code() - known == set()
    read = set(re.findall(r"""environ(?:ment)?(?:\.get\(|\[)["']([A-Z_]+)["']""", scripts))
    read |= set(re.findall(r"\$\(([A-Z_]+)\)", makefile)) - set(
        re.findall(r"^([A-Z_]+) :=", makefile, re.MULTILINE)
    )
    assert {name for name in read - OF_THE_MACHINE if name not in ALL} == set()


def _of_credentials() -> set[str]:
    """Those that an operator names in credentials.yml."""
    return variables((ROOT / "credentials.yml").read_text(), (ROOT / "settings.yml").read_text())


def test_every_setting_is_in_the_file_and_no_other() -> None:
    settings = yaml.safe_load((ROOT / "settings.yml").read_text(encoding="utf-8"))
    assert set(settings) == set(Settings.__fields__)


def test_every_setting_has_a_row_with_its_variable_and_no_other() -> None:
    page = TEXTS["docs/settings.md"]
    assert page == settings_page.page(), "run: make generate"
    rows = re.findall(r"^\| `(\w+)` \| `(\w+)` \|", page, re.MULTILINE)
    assert sorted(rows) == sorted((name, f"BLINA_{name.upper()}") for name in Settings.__fields__)


@pytest.mark.parametrize("page", OPERATORS)
def test_every_setting_that_is_named_exists(page: str) -> None:
    """What begins like a setting is one: `alert_mail` would be named here if it were written somewhere."""
    begins = {name.split("_")[0] for name in Settings.__fields__ if "_" in name}
    named = re.findall(r"`([a-z]+(?:_[a-z]+)+)(?:: [^`]*)?`", TEXTS[page])
    assert {name for name in named if name.split("_")[0] in begins} <= set(Settings.__fields__)


def test_the_commands_of_the_readme_can_be_typed() -> None:
    blocks = re.findall(r"^```\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    commands = [line for line in lines if re.match(r"make |BLINA_|curl ", line)]
    assert len(commands) == 4
    for command in commands:
        words = shlex.split(command, comments=True)
        if words[0] == "curl":
            body = json.loads(words[words.index("-d") + 1])
            paths = yaml.safe_load((ROOT / "docs/openapi.yml").read_text(encoding="utf-8"))["paths"]
            assert "/" + words[2].split("/", 3)[3] in paths
            assert set(body) == {"sender", "message"}
        else:
            given = [word.split("=")[0] for word in words if word.startswith("BLINA_")]
            assert set(given) <= SETTINGS
            assert words[len(given)] == "make"
            assert words[len(given) + 1] in TARGETS


def test_the_index_names_every_document() -> None:
    index = TEXTS["docs/README.md"]
    names = [page.name for page in (ROOT / "docs").glob("*.md") if page.name != "README.md"]
    assert [name for name in names if f"({name})" not in index] == []


def test_one_version_is_named_everywhere() -> None:
    (version,) = re.findall(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert yaml.safe_load((ROOT / "CITATION.cff").read_text())["version"] == version
    assert re.findall(r"^## (\d\S*)", TEXTS["CHANGELOG.md"], re.MULTILINE)[0] == version


def test_the_list_of_licences_is_current() -> None:
    assert TEXTS["docs/licences.md"].splitlines() == list(licences.lines()), "run: make licences"


def test_the_public_forge_runs_what_is_here() -> None:
    jobs = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())["jobs"]
    assert list(jobs) == ["lint", "unit", "server", "browser"]
    commands = [step["run"] for job in jobs.values() for step in job["steps"] if "run" in step]
    run = [shlex.split(command) for command in commands]
    assert {words[1] for words in run} <= TARGETS
    folders = {path for words in run for path in " ".join(words[2:]).removeprefix("ARGS=").split()}
    tests = {path.parent.relative_to(ROOT).as_posix() for path in (ROOT / "tests").rglob("test_*.py")}
    assert folders == tests


def test_hooks_fetch_nothing() -> None:
    repos = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    assert [repo["repo"] for repo in repos] == ["local"]


def test_hooks_check_what_lint_checks() -> None:
    (repo,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    steps = re.search(r"^lint:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert steps
    code = " ".join(folder for folder in CHECKED if (ROOT / folder).is_dir())
    expected = steps[1].replace("$(PYTHON_IN_VENV) -m ", ".venv/bin/").replace("$(CODE)", code)
    lint = [step.lstrip("\t@").removesuffix(" .") for step in expected.splitlines()]
    assert [hook["entry"] for hook in repo["hooks"]] == lint
