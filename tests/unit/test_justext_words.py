"""jusText finds the same words in our table as in its own set."""

from justext.utils import get_stoplist, get_stoplists

from wordcount.justext_words import FrequentWords


def test_the_words_are_those_of_justext() -> None:
    # As trafilatura gathers them, and jusText lowers them once more.
    theirs = {word.lower() for name in get_stoplists() for word in get_stoplist(name)}
    ours = FrequentWords()
    # jusText asks about what stands between white space.
    single = [word for word in theirs if word.split() == [word]]
    assert len(single) > 100_000
    assert [word for word in single if word not in ours] == []


def test_no_others() -> None:
    ours = FrequentWords()
    assert [word for word in ("", "xqzt", "\ud800", "the\tthe", "The") if word in ours] == []
    assert "the" in ours
