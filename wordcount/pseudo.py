"""The pseudo-classes and pseudo-elements of CSS, by what is to be done with them here.

https://www.w3.org/TR/selectors-4/, https://www.w3.org/TR/css-pseudo-4/
"""

from tinycss2.ast import Node

# Pseudo-classes that are true of no element of a page that nobody has touched, or of fields only,
# whose text is not counted; and those of scroll bars.
NEVER = frozenset(
    "active active-view-transition autofill current default focus focus-visible focus-within "
    "fullscreen future host hover in-range indeterminate interest-source interest-target invalid "
    "modal out-of-range past picture-in-picture popover-open target target-after target-before "
    "target-current user-invalid user-valid visited xr-overlay -webkit-autofill -webkit-drag "
    "-webkit-full-page-media -webkit-full-screen -webkit-full-screen-ancestor "
    "corner-present decrement double-button end horizontal increment no-button single-button "
    "start vertical window-inactive".split()
)
# Those that lexbor does not know, in words that it knows.
IN_OTHER_WORDS = {
    "-webkit-any-link": ":any-link",
    "defined": ":is(*)",
    "open": "[open]",
    "scope": ":root",
    "valid": ":is(button, fieldset, form, input, object, output, select, textarea)",
}
# Those that lexbor knows, and browsers, too.
KNOWN = frozenset(
    "any-link checked disabled empty enabled first-child first-of-type last-child "
    "last-of-type link only-child only-of-type optional placeholder-shown read-only read-write "
    "required root".split()
)
# What takes a list of selectors, and what of that list counts.
OF_LISTS = {"is": "is", "-webkit-any": "is", "where": "where", "not": "not", "has": "has"}
FORGIVING = frozenset({"is", "where"})
COUNTING = frozenset({"nth-child", "nth-last-child", "nth-of-type", "nth-last-of-type"})
PSEUDO_ELEMENTS = frozenset(
    "after backdrop before checkmark column cue details-content file-selector-button first-letter "
    "first-line grammar-error highlight marker part permission-icon picker picker-icon placeholder "
    "scroll-button scroll-marker scroll-marker-group search-text selection slotted spelling-error "
    "target-text view-transition view-transition-group view-transition-group-children "
    "view-transition-image-pair view-transition-new view-transition-old".split()
)
BEFORE_THEY_HAD_TWO_COLONS = frozenset({"after", "before", "first-letter", "first-line"})


def is_element(token: Node | None) -> bool:
    """Whether what stands behind two colons is a pseudo-element that browsers know."""
    name = str(getattr(token, "lower_value", None) or getattr(token, "lower_name", ""))
    return name in PSEUDO_ELEMENTS or name.startswith("-webkit-")
