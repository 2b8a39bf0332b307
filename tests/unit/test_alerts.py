"""The rules for Prometheus are about figures that there are, and each says what to do."""

import re
from typing import Any

import yaml

from events import tallies
from tests.support import PROJECT
from views import metrics

DOCUMENT = (PROJECT / "docs" / "OPERATING.md").read_text()
SELECTED = re.compile(r"(wordcount_\w+)(?:\{([^}]*)\})?")
VALUE = re.compile(r'(\w+)(?:=~|!~|=|!=)"([^"]*)"')


def rules() -> list[dict[str, Any]]:
    read = yaml.safe_load((PROJECT / "docs" / "alerts.yml").read_text())
    return [rule for group in read["groups"] for rule in group["rules"]]


def test_each_alert_is_explained_by_its_name() -> None:
    headings = re.findall(r"^### (.+)", DOCUMENT.partition("## Alerts")[2].split("\n## ")[0], re.M)
    explained = [name for heading in headings for name in heading.split(", ")]
    assert explained == [rule["alert"] for rule in rules()]
    assert {rule["labels"]["severity"] for rule in rules()} == {"page", "ticket"}


def test_alerts_are_about_figures_that_are_listed() -> None:
    listed = set(re.findall(r"`(wordcount_\w+)", DOCUMENT))
    listed |= {f"wordcount{name}" for name in re.findall(r", `(_\w+)`", DOCUMENT)}
    used = {name for rule in rules() for name, _ in SELECTED.findall(rule["expr"])}
    assert used <= listed


def test_alerts_ask_for_labels_that_there_are() -> None:
    values = {
        f"{called}_total": (label, set(known))
        for called, _, label, known in metrics._COUNTERS.values()
    }
    values["wordcount_up"] = ("part", {"postgres", "redis"})
    asked = 0
    for rule in rules():
        for name, selector in SELECTED.findall(rule["expr"]):
            for label, value in VALUE.findall(selector):
                assert (label, set(value.split("|")) - values[name][1]) == (values[name][0], set())
                asked += 1
    assert asked > 8


def test_the_document_lists_the_figures_that_there_are() -> None:
    figures = {name for name, *_ in metrics._COUNTERS.values()}
    figures |= {name for name, _ in metrics._HISTOGRAMS.values()}
    for figure in figures:
        assert f"`{figure}" in DOCUMENT, figure
    for reason in (*tallies.REASONS, *tallies.ENDS, *tallies.DOORS):
        assert f"`{reason}`" in DOCUMENT, reason
