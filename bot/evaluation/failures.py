"""Failed test stories, written as they stand in their files with what came instead beside each step."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from bot.errors import Where
from bot.evaluation.outcome import Difference, StoryOutcome
from bot.stories import Story

_LABELS = {
    "intent": "predicted",
    "action": "predicted",
    "more": "predicted also",
    "entities": "predicted entities",
    "slot": "predicted slot",
    "loop": "predicted loop",
    "bot": "said",
    "reply": "said",
    "database": "found",
}


def annotated_stories(outcomes: Iterable[StoryOutcome]) -> str:
    """A stories file of these stories; it reads back as the same stories. Empty when there are none."""
    written = [_annotated(outcome) for outcome in outcomes]
    if not written:
        return ""
    return 'version: "3.1"\nstories:\n' + "\n".join(written)


def _annotated(outcome: StoryOutcome) -> str:
    start, lines = _source(outcome.story)
    comments: defaultdict[int, list[str]] = defaultdict(list)
    for difference in outcome.differences:
        comments[_line_of(difference, start, lines)].append(_comment(difference))
    head = [f"# {outcome.story.where}"] if outcome.story.where else []
    if outcome.crash:
        head.append(f"# failed: {_one_line(outcome.crash)}")
    body = [
        f"{line}  # {'; '.join(comments[index])}" if index in comments else line for index, line in enumerate(lines)
    ]
    return "\n".join([*head, *body]).rstrip() + "\n"


def _source(story: Story) -> tuple[int, list[str]]:
    """The lines of a story, moved to the left margin, and the number of the first, counted from 0."""
    where = story.where or Where("")
    try:
        lines = Path(where.file).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        lines = []
    start = max(where.line - 1, 0)
    if start >= len(lines):  # changed since it was read
        return start, [f"- story: {story.name}", "  steps: []"]
    margin = len(lines[start]) - len(lines[start].lstrip())
    taken = [lines[start]]
    for line in lines[start + 1 :]:
        indent = len(line) - len(line.lstrip())
        if line.strip() and indent <= margin and not line.lstrip().startswith("#"):
            break
        taken.append(line)
    while taken and not taken[-1].strip():
        taken.pop()
    return start, [line[margin:] if line[:margin].isspace() or not margin else line.lstrip() for line in taken]


def _line_of(difference: Difference, start: int, lines: list[str]) -> int:
    """The line for a comment: that of the step, but never one inside a text block, where it would be text."""
    index = max((difference.where.line if difference.where else start + 1) - 1 - start, 0)
    index = min(index, len(lines) - 1)
    opening = lines[index]
    if opening.rstrip().endswith(("|", "|-", "|+", ">", ">-", ">+")) or "user:" in opening:
        margin = len(opening) - len(opening.lstrip())
        for after in range(index + 1, len(lines)):
            line = lines[after]
            if line.strip() and len(line) - len(line.lstrip()) <= margin:
                break
            if line.lstrip().startswith("intent:"):
                return after
    return index


def _comment(difference: Difference) -> str:
    return f"{_LABELS[difference.kind]}: {_one_line(difference.predicted)}"


def _one_line(text: str) -> str:
    return " ⏎ ".join(part.strip() for part in text.splitlines() if part.strip())
