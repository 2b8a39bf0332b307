"""What an element is to a reader, by its tag or its ``role``: a heading, a link, an image."""

from collections.abc import Mapping, Set
from typing import NamedTuple

from selectolax.lexbor import LexborAttributes, LexborHTMLParser, LexborNode

HEADING_TAGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
#: The elements that have an ``alt``, if they are what they may be.
IMAGE_TAGS = frozenset({"area", "img", "input"})

# https://www.w3.org/TR/wai-aria-1.2/#role_definitions
_ROLES = frozenset({"heading", "img", "link"})
_NO_ROLES: frozenset[str] = frozenset()


class Roles(NamedTuple):
    """Elements that are not what they are by their tags alone, by their `mem_id`.

    :ivar named: those that say of themselves that they are one of these; but not images, which are
        known by their tags, and hold no text.
    :ivar anchors: each ``a`` without an address, which is no link.
    """

    named: Mapping[int, frozenset[str]]
    anchors: Set[int]


def roles_of(tree: LexborHTMLParser) -> Roles:
    """What the elements of a page say of themselves."""
    named, anchors = {}, set()
    for node in tree.css("[role], a:not([href])"):
        tag, attributes = node.tag, node.attrs
        if tag == "a" and "href" not in attributes:
            anchors.add(node.mem_id)
        roles = _roles_in(attributes)
        if roles and tag not in IMAGE_TAGS:
            named[node.mem_id] = roles
    return Roles(named, anchors)


def leads_elsewhere(node: LexborNode) -> bool:
    """Whether an ``a`` is a link; in pictures, its address may stand in the way of SVG 1.1."""
    return "href" in node.attrs or "xlink:href" in node.attrs


def alternative_of(tag: str, attributes: LexborAttributes) -> str:
    """What a page says in place of an image; empty if it says nothing, or there is no image.

    https://html.spec.whatwg.org/multipage/images.html#alt
    """
    if tag == "input" and (attributes.get("type") or "").lower() != "image":
        return ""
    alternative = attributes.get("alt") if tag in IMAGE_TAGS else None
    if not alternative and (tag == "img" or "img" in _roles_in(attributes)):
        alternative = attributes.get("aria-label")
    return alternative or ""


def _roles_in(attributes: LexborAttributes) -> frozenset[str]:
    role = attributes.get("role")
    return _ROLES.intersection(role.lower().split()) if role else _NO_ROLES
