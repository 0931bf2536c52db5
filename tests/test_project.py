"""Whole projects: read, completed, and reported as a whole."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bot.errors import ProjectError, Severity
from bot.project import Project
from bot.validation import validate

ROOT = Path(__file__).parents[1]
BOTS = ROOT / ".." / "shared" / "conformance" / "bots"

CONFIG = "language: zh\npipeline: []\npolicies: [RulePolicy]\n"
DOMAIN = "intents: [greet, faq]\nresponses:\n  utter_greet: [{text: 你好}]\n"
RULES = "rules:\n- rule: greet\n  steps: [{intent: greet}, {action: utter_greet}]\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    write(tmp_path / "config.yml", CONFIG)
    write(tmp_path / "domain.yml", DOMAIN)
    write(tmp_path / "data" / "rules.yml", RULES)
    return tmp_path


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_a_project_is_read_as_a_whole(folder: Path) -> None:
    write(folder / "endpoints.yml", "action_endpoint: {url: http://localhost:5055/webhook}\n")
    write(folder / "credentials.yml", "rest:\n")
    project = Project.load(folder)
    assert project.config.language == "zh"
    assert list(project.domain.intents) == ["greet", "faq"]
    assert [rule.name for rule in project.stories.rules] == ["greet"]
    assert project.endpoints.action_endpoint is not None
    assert project.credentials == {"rest": {}}
    assert project.problems == ()


def test_the_domain_is_completed_by_the_data(folder: Path) -> None:
    write(
        folder / "data" / "faq.yml",
        "nlu:\n- intent: faq/hours\n  examples: '- 几点'\nresponses:\n  utter_faq/hours: [{text: 九点}]\n",
    )
    write(folder / "data" / "e2e.yml", "stories:\n- story: s\n  steps: [{user: 在吗}, {bot: 在的}]\n")
    domain = Project.load(folder).domain
    assert "utter_faq" in domain.actions
    assert "utter_faq/hours" in domain.responses
    assert domain.e2e_actions == ("在的",)


def test_tests_are_found_in_data_and_in_tests_and_kept_apart(folder: Path) -> None:
    story = "stories:\n- story: {name}\n  steps:\n  - user: 你好\n    intent: greet\n  - action: utter_greet\n"
    write(folder / "data" / "test_a.yml", story.replace("{name}", "a"))
    write(folder / "tests" / "deep" / "test_b.yml", story.replace("{name}", "b"))
    project = Project.load(folder)
    assert project.stories.stories == ()
    assert [story.name for story in project.tests.stories] == ["a", "b"]


def test_several_folders_of_data_and_of_the_domain(folder: Path) -> None:
    write(folder / "more" / "rules.yml", RULES.replace("rule: greet", "rule: again"))
    write(folder / "domain" / "more.yml", "intents: [bye]\n")
    project = Project.load(folder, data=["data", "more"], domain=["domain.yml", "domain"])
    assert len(project.stories.rules) == 2
    assert list(project.domain.intents) == ["greet", "faq", "bye"]


def test_everything_that_is_wrong_is_reported_at_once(folder: Path) -> None:
    write(folder / "config.yml", CONFIG.replace("RulePolicy", "RulePolice"))
    write(folder / "domain.yml", DOMAIN + "slots:\n  city: {type: txt}\n")
    write(folder / "data" / "rules.yml", RULES.replace("utter_greet", "utter_gret"))
    write(folder / "data" / "nlu.yml", "nlu: [\n")
    with pytest.raises(ProjectError) as raised:
        Project.load(folder)
    found = {(Path(p.where.file).name, p.code) for p in raised.value.problems if p.where}
    assert found >= {("config.yml", "unknown-component"), ("domain.yml", "unknown-name"), ("nlu.yml", "yaml-syntax")}


def test_a_folder_that_is_missing_is_an_error(folder: Path) -> None:
    with pytest.raises(ProjectError, match=r"elsewhere.*no such file or folder"):
        Project.load(folder, data="elsewhere")


def test_variables_of_services_are_not_needed_to_train(folder: Path) -> None:
    write(folder / "endpoints.yml", "action_endpoint:\n  url: ${SHOP_ACTIONS_URL}\n")
    project = Project.load(folder)
    assert [(p.code, p.severity) for p in project.problems] == [("environment", Severity.WARNING)]


def test_a_project_that_only_understands_needs_no_domain(folder: Path) -> None:
    (folder / "domain.yml").unlink()
    (folder / "data" / "rules.yml").unlink()
    write(folder / "data" / "nlu.yml", "nlu:\n- intent: greet\n  examples: '- 你好'\n")
    assert [problem.severity for problem in Project.load(folder).problems] == [Severity.WARNING]


@pytest.mark.skipif(not BOTS.is_dir(), reason="needs the recorded Rasa projects")
@pytest.mark.parametrize("bot", ["financial-demo", "formbot", "moodbot", "responseselectorbot", "rules"])
def test_a_rasa_project_loads_and_has_no_errors(bot: str) -> None:
    project = Project.load(BOTS / bot)
    assert not [problem for problem in validate(project) if problem.severity is Severity.ERROR]


def test_reading_a_project_loads_no_model_library(folder: Path) -> None:
    code = (
        "import sys; from bot.project import Project; from bot.validation import validate; "
        f"validate(Project.read({str(folder)!r})); "
        "sys.exit(', '.join({'torch', 'transformers', 'numpy', 'sqlalchemy'} & set(sys.modules)) or None)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
