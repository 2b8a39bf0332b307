"""Which language a text is in."""

import pytest

from wordcount.language import SHORT_TEXT, language_of

SENTENCES = {
    "en": "The keeper of the lighthouse planted a garden behind the wall and watered it daily. ",
    "de": "Der Wärter des Leuchtturms pflanzte hinter der Mauer einen Garten und goss ihn. ",
    "fr": "Le gardien du phare a planté un jardin derrière le mur et l'arrosait chaque jour. ",
    "es": "El guardián del faro plantó un jardín detrás del muro y lo regaba todos los días. ",
    "pt": "O guardião do farol plantou um jardim atrás do muro e regava-o todos os dias. ",
    "it": "Il guardiano del faro piantò un giardino dietro il muro e lo annaffiava ogni giorno. ",
    "ca": "El guardià del far va plantar un jardí darrere el mur i el regava cada dia. ",
    "nl": "De wachter van de vuurtoren plantte achter de muur een tuin en gaf die water. ",
    "da": "Fyrvogteren plantede en have bag muren og vandede den hver dag indtil efteråret. ",
    "sv": "Fyrvaktaren planterade en trädgård bakom muren och vattnade den varje dag till hösten. ",
    "no": "Fyrvokteren plantet en hage bak muren og vannet den hver dag helt frem til høsten. ",
    "nn": "Fyrvaktaren planta ein hage bak muren og vatna han kvar dag heilt fram til hausten. ",
    "is": "Vitavörðurinn gróðursetti garð á bak við vegginn og vökvaði hann á hverjum degi. ",
    "fi": "Majakanvartija istutti puutarhan muurin taakse ja kasteli sitä joka päivä. ",
    "et": "Majakavaht istutas müüri taha aia ja kastis seda iga päev kuni sügiseni. ",
    "lv": "Bākas sargs aiz mūra iestādīja dārzu un laistīja to katru dienu līdz pat rudenim. ",
    "lt": "Švyturio prižiūrėtojas už sienos pasodino sodą ir kasdien jį laistė iki pat rudens. ",
    "pl": "Latarnik zasadził za murem ogród i podlewał go codziennie aż do samej jesieni. ",
    "cs": "Strážce majáku vysadil za zdí zahradu a každý den ji zaléval až do podzimu. ",
    "sk": "Strážca majáka vysadil za múrom záhradu a každý deň ju polieval až do jesene. ",
    "hu": "A világítótorony őre kertet ültetett a fal mögé, és minden nap megöntözte őszig. ",
    "ro": "Paznicul farului a plantat o grădină în spatele zidului și o uda în fiecare zi. ",
    "tr": "Deniz fenerinin bekçisi duvarın arkasına bir bahçe dikti ve onu her gün suladı. ",
    "ru": "Смотритель маяка посадил за стеной сад и поливал его каждый день до самой осени. ",
    "uk": "Доглядач маяка посадив за стіною сад і поливав його щодня аж до самої осені. ",
    "bg": "Пазачът на фара засади градина зад стената и я поливаше всеки ден до есента. ",
    "el": "Ο φύλακας του φάρου φύτεψε έναν κήπο πίσω από τον τοίχο και τον πότιζε κάθε μέρα. ",
    "he": "שומר המגדלור נטע גן מאחורי החומה והשקה אותו בכל יום עד הסתיו. ",
    "ar": "زرع حارس المنارة حديقة خلف الجدار وكان يسقيها كل يوم حتى جاء الخريف. ",
    "fa": "نگهبان فانوس دریایی پشت دیوار باغی کاشت و هر روز تا پاییز به آن آب داد. ",
    "hi": "प्रकाशस्तंभ के रखवाले ने दीवार के पीछे एक बगीचा लगाया और उसे रोज़ पानी दिया। ",
    "ka": "შუქურის მცველმა კედლის უკან ბაღი გააშენა და მას ყოველდღე რწყავდა შემოდგომამდე. ",
    "hy": "Փարոսի պահապանը պատի հետևում այգի տնկեց և ամեն օր ջրում էր այն մինչև աշուն։ ",
    "th": "ผู้ดูแลประภาคารปลูกสวนไว้หลังกำแพงและรดน้ำทุกวันจนถึงฤดูใบไม้ร่วง ",
    "vi": "Người gác hải đăng trồng một khu vườn sau bức tường và tưới nước mỗi ngày. ",
    "ja": "灯台守は壁の向こうに庭を作り、毎日水をやっていました。秋まで続きました。",
    "zh": "灯塔看守人在墙后种了一个花园,每天给它浇水,一直到秋天来临。",
    "ko": "등대지기는 담장 뒤에 정원을 가꾸고 가을이 올 때까지 매일 물을 주었습니다. ",
}
CROATIAN = "Čuvar svjetionika posadio je iza zida vrt i zalijevao ga svaki dan sve do jeseni. "


@pytest.mark.parametrize("language", SENTENCES)
def test_the_text_tells_whatever_the_page_says(language: str) -> None:
    assert language_of(SENTENCES[language] * 10, declared="cy") == language
    assert language_of(SENTENCES[language] * 10) == language


@pytest.mark.parametrize(
    ("declared", "language"),
    [
        ("pt-BR", "pt"),
        ("pt_BR", "pt"),
        (" PT ", "pt"),
        ("iw", "he"),
        ("nb-NO", "no"),
        ("jp", "ja"),
        ("haw", "haw"),
    ],
)
def test_a_short_text_is_what_the_page_says(declared: str, language: str) -> None:
    assert language_of("Garden", declared) == language


@pytest.mark.parametrize("declared", ["", " ", "und", "mul", "x", "english", "<b>", "ру"])
def test_what_names_no_language_says_nothing(declared: str) -> None:
    assert language_of("1234", declared) is None


def test_short_is_meant_in_bytes() -> None:
    text = SENTENCES["zh"] * 3
    assert len(text) < SHORT_TEXT
    assert language_of(text, declared="en") == "zh"


@pytest.mark.parametrize("text", ["", "x", "1234 5678", "1234 5678 " * 100, "--- " * 100])
def test_where_nothing_tells(text: str) -> None:
    assert language_of(text) is None
    assert language_of(text, declared="pt") == "pt"


def test_between_languages_that_are_alike_the_page_decides() -> None:
    assert language_of(CROATIAN * 10) == "hr"
    for said in ("hr", "bs", "sr"):
        assert language_of(CROATIAN * 10, declared=said) == said
    assert language_of(SENTENCES["zh"] * 10, declared="yue") == "yue"


def test_a_menu_in_another_language_does_not_decide() -> None:
    menu = "Home\nAbout us\nNews and events\nContact\nSign in\nSearch this site\n" * 5
    assert language_of(menu + SENTENCES["ro"] * 30 + menu) == "ro"


def test_of_two_languages_the_one_with_more_text() -> None:
    article, comments = SENTENCES["en"] * 60, SENTENCES["ko"] * 20
    assert language_of(article + comments) == "en"
    assert language_of(comments + article) == "en"


def test_in_equal_parts_the_page_decides() -> None:
    text = SENTENCES["en"] * 20 + SENTENCES["fi"] * 20
    assert [language_of(text, said) for said in ("en", "fi")] == ["en", "fi"]
