"""The pseudo-classes and pseudo-elements of CSS, by what is to be done with them here.

https://www.w3.org/TR/selectors-4/, https://www.w3.org/TR/css-pseudo-4/
"""

# Pseudo-classes that are true of no element of a page that nobody has touched.
NEVER = frozenset(
    "active autofill current focus focus-visible focus-within fullscreen future host hover "
    "in-range invalid modal out-of-range past picture-in-picture playing popover-open target "
    "default indeterminate user-invalid user-valid visited -webkit-autofill "
    "-webkit-full-screen".split()
)
# Those that lexbor does not know, in words that it knows.
IN_OTHER_WORDS = {"open": "[open]", "scope": ":root", "defined": ":is(*)", "valid": ":is(*)"}
# Those that lexbor knows.
KNOWN = frozenset(
    "any-link blank checked disabled empty enabled first-child first-of-type last-child "
    "last-of-type link only-child only-of-type optional placeholder-shown read-only read-write "
    "required root".split()
)
# What takes a list of selectors, and what of that list counts.
OF_LISTS = {"is": "is", "-webkit-any": "is", "where": "where", "not": "not", "has": "has"}
FORGIVING = frozenset({"is", "where"})
COUNTING = frozenset({"nth-child", "nth-last-child", "nth-of-type", "nth-last-of-type"})
PSEUDO_ELEMENTS = frozenset(
    "after backdrop before cue details-content file-selector-button first-letter first-line "
    "grammar-error highlight marker part placeholder selection slotted spelling-error "
    "target-text".split()
)
BEFORE_THEY_HAD_TWO_COLONS = frozenset({"after", "before", "first-letter", "first-line"})
