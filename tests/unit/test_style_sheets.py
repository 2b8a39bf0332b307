"""What is done quickly with simple rules comes to the same as parsing all of a sheet."""

import pytest
import tinycss2
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from wordcount import count_page, style_sheets
from wordcount.cascade import UNSTYLED, Style, styles_of
from wordcount.display import Display
from wordcount.selectors import Selector, selectors_in, selectors_of

PAGE = """<!doctype html>
<body class="Menu a"><ul id="top" class="menu"><li class="a b" data-x="1,2">
<li class="b" data-x=".c"><a href="#" class="c:d">x</a><i>y</i></ul><p class="a" hidden>z<b>q</b>"""

NAMES = [".a", ".b", ".Menu", ".menu", ".absent", "#top", "#gone", "li", "UL", "*", ".c\\:d"]
CONDITIONS = ["", "", "", ":first-child", ":hover", ":not(.b)", ":not(.absent, #top)", "::before",
              ":is(.a, li:hover)", "[data-x]", '[data-x=".c"]', "[data-x='1,2']",
              ":bogus",
              "::-moz-x", "::-webkit-x", ":nth-child(2n+1)", ":where(#top)"]  # fmt: skip
BLOCKS = ["display: none", "visibility:hidden", "color: red", "all:unset", "",
          "DISPLAY:block!important",
          "position:absolute;color:red", 'content: "}"', "content:'{'", "d\\69splay:none",
          "float:left", "display:nonsense", "background:url(a;b)",
          "/* display:none */", "display:/**/none",
          "x:y;;display:none", "display:none;}", "a{b", ".b{display:none}", "--x:none"]  # fmt: skip
AROUND = ["{}", "{}", "{}", "{};", "; {}", "*/ {}",
          "@media screen {{ {} }}", "@media print {{ {} }}", "/* ; */ {}",
          "<!-- {} -->", "@layer one {{ {} }}", ".a {{ color: red; {} }}", "@import 'x'; {}",
          "@supports (display:grid) {{ {} }}", "@font-face {{ x:y }} {}", "}} {}", '"{{" {}',
          "@media (width < 9px) {{ {} .a{{display:none}} }}", "/* {} */",
          "@keyframes k {{ {} }}"]  # fmt: skip

selector = st.builds("{}{}{}{}".format, st.sampled_from(NAMES), st.sampled_from(CONDITIONS),
                     st.sampled_from(["", " ", " > ", "+", "/**/"]),
                     st.sampled_from(["", ".a", "li", "*:last-child"]))  # fmt: skip
selector_list = st.lists(selector, min_size=1, max_size=3).map(", ".join)
rule = st.builds("{}{{{}}}".format, selector_list, st.sampled_from(BLOCKS))
sheet = st.lists(st.builds(str.format, st.sampled_from(AROUND), rule), min_size=1, max_size=6).map(
    "\n".join
)


def styles_with(css: str) -> list[Style]:
    tree = LexborHTMLParser(PAGE, scripting=True)
    sheet = LexborHTMLParser(f"<style>{css}</style>").css_first("style")
    assert tree.body
    assert sheet
    tree.body.insert_child(sheet)
    styles = styles_of(tree)
    return [styles.get(node.mem_id, UNSTYLED) for node in tree.css("*")]


@settings(max_examples=300, deadline=None)
@given(sheet)
def test_setting_rules_aside_changes_nothing(css: str) -> None:
    quick = styles_with(css)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(style_sheets, "set_aside", lambda css, *_, **__: (css, []))
        assert quick == styles_with(css)


@settings(max_examples=300, deadline=None)
@given(selector_list)
def test_plain_selectors_are_read_as_all_are(text: str) -> None:
    def essence(selectors: tuple[Selector, ...]) -> list[tuple[object, ...]]:
        return [
            ("".join(each.text.split()).replace("'", '"'), each.specificity, each.names)
            for each in selectors
        ]

    tokens = tinycss2.parse_component_value_list(text)
    assert essence(selectors_of(text, ())) == essence(selectors_in(tokens, ()))


@pytest.mark.parametrize(
    "css",
    [
        "a:not(" * 5000,
        ":not(" * 5000 + "a" + ")" * 5000 + "{display:none}",
        "a" + "[" * 5000 + "{display:none}",
        "@media " + "(" * 5000,
        ".a,.b{" * 60 + "display:none" + "}" * 60,
        "@media screen{" * 3000 + "p{display:none}" + "}" * 3000,
        "@media " * 50_000,
        " /*" * 200_000,
        '"{' * 50_000,
        ";,.a" * 50_000,
        "\\d800 {display:none} [\\d800]{display:none} :lang(\\d800){display:none}",
        f"@media (width:{'9' * 5000}px){{p{{display:none}}}}",
        f'p:nth-child({"9" * 5000}){{display:calc({"9" * 5000})}} {"9" * 5000}"{{display:none}}',
        "@layer " + "a." * 16_000 + "a{p{display:none}}",
        '"' + '\\"' * 50_000 + "*/",
        "*{float:left}" * 3000,
        ".a{display:var(--a)} .a{--a:" + "var(--a," * 40 + ")" * 40 + "}",
        "\uf8ff0{} \uf8ff99{} \uf8ff" + "9" * 5000 + "{}",
        ".a{display:var(--x)}" + ".a{--x:var(--x) var(--x)}" * 500,
        ".a{display:var(--x0)}" + "".join(f".a{{--x{i}:var(--x{i + 1})}}" for i in range(500)),
    ],
)
def test_no_sheet_is_too_much(css: str) -> None:
    styles_with(css)


def test_a_style_attribute_sees_the_variables_of_a_sheet() -> None:
    tree = LexborHTMLParser("<style>.a{--x:none}</style><p class=a style='display:var(--x)'>x")
    paragraph = tree.css_first("p")
    assert paragraph
    assert styles_of(tree)[paragraph.mem_id].display is Display.NONE


@pytest.mark.parametrize("rule", [".b { div", ".b { & div", ":is(.b) { div", ":where(.b) { & div"])
def test_a_rule_in_a_rule_reaches_all_that_is_below(rule: str) -> None:
    page = f"<style>{rule} {{ display: none }} }}</style><p>ox<table class=b><tr><td><div>emu"
    assert count_page(page.encode()).counts == {"ox": 1}
