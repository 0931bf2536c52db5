import resource
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.running import DOMAIN, RULES, bot, environment, write_project

HEAVY = ("torch", "transformers", "sklearn", "sqlalchemy", "fastapi", "prompt_toolkit")


@pytest.mark.parametrize("arguments", [["--help"], ["data", "validate"]])
def test_light_commands_import_nothing_heavy(arguments: list[str], tmp_path: Path) -> None:
    write_project(tmp_path)
    code = (
        "import sys; from bot.cli.main import main\n"
        f"sys.argv = ['bot', *{arguments!r}]\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        f"print('imported:', *[name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment(), capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "imported:"


@pytest.mark.parametrize("arguments", [["--help"], ["data", "validate"]])
def test_light_commands_take_less_than_a_second_of_computing(arguments: list[str], tmp_path: Path) -> None:
    write_project(tmp_path)
    spent = []
    for _ in range(3):  # computing and not waiting: other work on the machine must not fail the test
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert bot(*arguments, cwd=tmp_path).returncode == 0
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)
    assert min(spent) < 1.0


def test_every_command_has_help(tmp_path: Path) -> None:
    for command in ("train", "shell", "test", "run", "init", "data", "kb", "model"):
        done = bot(command, "--help", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert "--help" in done.stdout


def test_outside_a_project_it_says_what_to_do(tmp_path: Path) -> None:
    done = bot("data", "validate", cwd=tmp_path)
    assert done.returncode == 1
    assert "bot init" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    done = bot("train", "--project", tmp_path / "nowhere", cwd=tmp_path)
    assert done.returncode == 1
    assert "nowhere" in done.stderr


def test_a_good_project_validates(tmp_path: Path) -> None:
    done = bot("data", "validate", "--project", write_project(tmp_path), cwd=Path("/"))
    assert done.returncode == 0, done.stderr


def test_every_problem_is_shown_at_once_with_its_place_and_a_caret(tmp_path: Path) -> None:
    rules = RULES.replace("- action: utter_greet", "- action: utter_gret").replace("intent: affirm", "intent: affrim")
    done = bot("data", "validate", cwd=write_project(tmp_path, **{"data/rules": rules}))
    assert done.returncode == 1
    assert "rules.yml:7:" in done.stderr and "Did you mean 'utter_greet'?" in done.stderr
    assert "rules.yml:14:" in done.stderr and "'affirm'" in done.stderr
    assert "^" in done.stderr
    assert "1 error, " in done.stderr


def test_broken_yaml_is_a_problem_and_no_traceback(tmp_path: Path) -> None:
    done = bot("data", "validate", cwd=write_project(tmp_path, domain=DOMAIN + "\n  slots: [\n"))
    assert done.returncode == 1
    assert "domain.yml:" in done.stderr and "Traceback" not in done.stderr


def test_warnings_fail_only_when_asked(tmp_path: Path) -> None:
    domain = DOMAIN.replace("utter_default:", "utter_never_used:\n  - text: x\n  utter_default:")
    write_project(tmp_path, domain=domain)
    assert bot("data", "validate", cwd=tmp_path).returncode == 0
    done = bot("data", "validate", "--fail-on-warnings", cwd=tmp_path)
    assert done.returncode == 1
    assert "utter_never_used" in done.stderr


def test_init_makes_the_starter_shop_and_leaves_what_is_there(tmp_path: Path) -> None:
    shop = tmp_path / "shop"
    assert bot("init", shop, cwd=tmp_path).returncode == 0
    for name in ("config.yml", "domain.yml", "endpoints.yml", "data/nlu", "actions/__init__.py"):
        assert (shop / name).exists(), name
    assert not list(shop.rglob("__pycache__"))
    (shop / "config.yml").write_text("mine")
    again = bot("init", shop, cwd=tmp_path)
    assert again.returncode == 1
    assert (shop / "config.yml").read_text() == "mine"


def test_the_version(tmp_path: Path) -> None:
    from bot import __version__

    assert bot("--version", cwd=tmp_path).stdout.strip() == __version__


def test_understanding_is_judged_on_training_data_by_training_anew(tmp_path: Path) -> None:
    nlu = "nlu:\n- intent: greet\n  examples: |\n" + "".join(f"    - hello {number}\n" for number in range(6))
    config = "recipe: default.v1\nassistant_id: a\nlanguage: en\npipeline: [{name: KeywordIntentClassifier}]\n"
    write_project(tmp_path, config=config, **{"data/nlu": nlu})
    done = bot("test", "nlu", "--cross-validation", "-f", "3", "-p", "0", "-p", "50", "--no-plot", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "intents: 0 of 6 right" in done.stdout
    assert "(50% left out)" in done.stdout
    written = {path.name for path in (tmp_path / "results").iterdir()}
    assert {"intent_report.json", "reliability_report.json", "data_learning_curve.json"} <= written
    refused = bot("test", "core", "--cross-validation", cwd=tmp_path)
    assert refused.returncode == 1 and "bot test nlu" in refused.stderr
