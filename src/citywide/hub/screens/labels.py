"""What departments, severities and declared words are called, so that no page shows a bare name."""

from collections.abc import Mapping

from citywide.hub.vocabulary.words import Words
from citywide.kit.text import Text

SEVERITIES: Mapping[str, Text] = {
    "critical": Text("critical", "特急"),
    "serious": Text("serious", "严重"),
    "warning": Text("warning", "预警"),
    "notice": Text("notice", "提示"),
}


def labels(words: Words) -> dict[str, Text]:
    """Every name that a page may show, and what people call it."""
    named = [*words.quantities.values(), *words.kinds.values(), *words.categories.values()]
    rules = {rule.name: rule.called for rule in words.rules.values() if rule.label}
    return {**words.departments, **SEVERITIES, **rules, **{word.name: word.label for word in named}}
