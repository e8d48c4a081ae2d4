"""What a screen reader calls each control: something, and within a row nothing twice."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from tests.browser.test_pages import STATES, show

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession

    from tests.browser.app import App
    from tests.media_source import MediaSource

CONTROLS = {
    *("button", "link", "textbox", "searchbox", "combobox", "checkbox", "radio", "switch"),
    *("menuitem", "slider", "spinbutton", "tab", "DisclosureTriangle"),
}
Node = dict[str, Any]


def row_of(node: Node, nodes: dict[str, Node]) -> str | None:
    """The id of the entry of a list that a control is in."""
    at: Node | None = node
    while at and at["role"]["value"] != "listitem":
        at = nodes.get(at.get("parentId", ""))
    return None if at is None else str(at["nodeId"])


def name_of(node: Node) -> str:
    return str(node.get("name", {}).get("value", "")).strip()


def wrong_names(screen: CDPSession) -> list[str]:
    """Controls without a name, and names that a row has twice, as the browser computes them."""
    tree = screen.send("Accessibility.getFullAXTree")["nodes"]
    nodes = {node["nodeId"]: node for node in tree if "role" in node}
    controls = [
        node for node in nodes.values() if not node["ignored"] and node["role"]["value"] in CONTROLS
    ]
    assert len(controls) >= 3, "a page or a sheet has some"
    wrong = [f"{node['role']['value']} without a name" for node in controls if not name_of(node)]
    named = Counter(
        (row, node["role"]["value"], name_of(node))
        for node in controls
        if (row := row_of(node, nodes)) is not None
    )
    return wrong + [f"{n} times {role} “{name}”" for (_, role, name), n in named.items() if n > 1]


def test_every_control_has_a_name_that_no_other_of_its_row_has(
    app: App, own_media: MediaSource
) -> None:
    screen = app.page.context.new_cdp_session(app.page)
    wrong = {}
    for state in STATES:
        app.open()
        show(app, state, own_media)
        own_media.throttle = 0
        wrong[state] = wrong_names(screen)
    assert not any(wrong.values()), json.dumps(wrong, indent=2, ensure_ascii=False)


def test_what_has_no_name_or_that_of_another_is_found(app: App, media: MediaSource) -> None:
    app.paste(media.short)
    app.await_done(app.row("short"))
    screen = app.page.context.new_cdp_session(app.page)
    assert wrong_names(screen) == []
    save = app.row("short").get_by_role("link", name="Save")
    more = app.row("short").get_by_role("button", name="More actions for")
    play = app.row("short").get_by_role("button", name="Play")
    save.evaluate("(one) => { one.removeAttribute('aria-label'); one.removeAttribute('title'); }")
    more.evaluate("(one, name) => one.setAttribute('aria-label', name)", "Play: short")
    play.first.evaluate("(one, name) => one.setAttribute('aria-label', name)", "Play: short")
    assert sorted(wrong_names(screen)) == ["2 times button “Play: short”", "link without a name"]
