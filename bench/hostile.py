"""Pages that were made to choke a program that reads them.

The first ones are for the parser of HTML and the word breaker, those from `rules and elements` on
for whatever reads style sheets.
"""

from collections.abc import Callable, Mapping

_HEAD = "<!DOCTYPE html><html lang=en><meta charset=utf-8><title>Hostile</title>"


def _styled(css: str, body: str) -> str:
    return f"{_HEAD}<style>{css}</style><body>{body}"


def _nested_elements() -> str:
    return f"{_HEAD}{'<div>' * 100_000}word"


def _nested_inline() -> str:
    # Formatting elements that are left open are opened again in every paragraph.
    return _HEAD + "".join(f"<p><font size={number}>word" for number in range(2_000))


def _attributes() -> str:
    return f"{_HEAD}<p {' '.join(f'a{number}=x' for number in range(150_000))}>word"


def _unclosed_comments() -> str:
    return f"{_HEAD}<p>word{'<!--' * 400_000}"


def _unclosed_tags() -> str:
    return f"{_HEAD}<p>word {'<a' * 1_000_000}"


def _distinct_words() -> str:
    return f"{_HEAD}<p>" + " ".join(f"word{number}" for number in range(300_000))


def _long_token() -> str:
    return f"{_HEAD}<p>{'x' * 2_000_000} word"


def _combining_marks() -> str:
    # Of two classes in turn, so that bringing them into their order is the most work.
    return f"{_HEAD}<p>a{(chr(0x316) + chr(0x301)) * 100_000} word"


def _characters_of_chinese() -> str:
    return f"{_HEAD}<p>{'的一是不了人我在有他' * 100_000}"


def _rules_and_elements() -> str:
    css = "".join(f".c{number}.d{{display:block}}" for number in range(20_000))
    body = "".join(f"<i class='c{number} d'>word</i>" for number in range(20_000))
    return _styled(css, body)


def _selectors_without_names() -> str:
    css = "".join(f"div:nth-child({number}n+1) ~ i {{display:block}}" for number in range(2_000))
    return _styled(css, "<div></div><i>word</i> " * 10_000)


def _has_chains() -> str:
    css = "".join(
        f"div:has({' '.join(['i'] * depth)}):has(b + i ~ u) {{display:none}}"
        for depth in range(1, 40)
    )
    return _styled(css, "<div><i>word " * 2_000)


def _not_chains() -> str:
    return _styled(f"{':not(' * 2_000}p{')' * 2_000} {{display:none}}", "<p>word " * 1_000)


def _descendants() -> str:
    css = f"{'div ' * 60}u {{display:none}}"
    return _styled(css, f"{'<div>' * 400}{'<i>word</i> ' * 2_000}")


def _nested_rules() -> str:
    return _styled(f"{'div{' * 100_000}display:none", "<div>word</div>")


def _nested_lists_of_selectors() -> str:
    # Each level multiplies the selectors above it.
    return _styled(f"{'&, & &, a, b{' * 30}display:none{'}' * 30}", "<div>word</div>" * 100)


def _nested_media() -> str:
    return _styled(f"{'@media screen{' * 100_000}p{{display:none", "<p>word")


def _long_sheet() -> str:
    rule = ".name{} a:hover{{color:#123;background:url('picture{}.png') no-repeat;display:block}}\n"
    css = "".join(rule.format(number, number) for number in range(130_000))
    return _styled(css[:10_000_000], "<p class=name1>word <a>word</a>")


def _open_string() -> str:
    return _styled("p{content:'" + "\\" * 500_000 + "{" * 500_000, "<p>word")


def _style_attributes() -> str:
    body = "".join(f"<p style='display:block;display:x{number}'>word" for number in range(50_000))
    return f"{_HEAD}{body}"


HOSTILE: Mapping[str, Callable[[], str]] = {
    "100,000 nested elements": _nested_elements,
    "2,000 open formatting elements": _nested_inline,
    "150,000 attributes": _attributes,
    "400,000 unclosed comments": _unclosed_comments,
    "1,000,000 unclosed tags": _unclosed_tags,
    "300,000 distinct words": _distinct_words,
    "one word of 2 MB": _long_token,
    "200,000 combining marks": _combining_marks,
    "1,000,000 Chinese characters": _characters_of_chinese,
    "20,000 rules and 20,000 elements": _rules_and_elements,
    "2,000 sibling rules and 20,000 elements": _selectors_without_names,
    ":has() chains, 2,000 levels deep": _has_chains,
    "2,000 nested :not()": _not_chains,
    "60 descendants in 400 levels": _descendants,
    "100,000 nested rules": _nested_rules,
    "30 nested lists of selectors": _nested_lists_of_selectors,
    "100,000 nested @media": _nested_media,
    "a style sheet of 10 MB": _long_sheet,
    "a string that never ends": _open_string,
    "50,000 style attributes": _style_attributes,
}
