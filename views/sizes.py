"""How large a count is: what takes turns, and what is more than the web can rank."""

from sqlalchemy import func, select

from models import Result, db, ranking_name

#: No page that people read has as many; one that was made to keep the web busy has millions.
MOST_RANKED_WORDS = 200_000
#: Counts of more words are ranked one at a time in a process: with 200,000 that takes
#: seconds and a hundred megabytes. Hardly a book has as many.
LARGE = 20_000
#: Texts of more words are looked at one at a time in a process: a million words take a second.
LARGE_TEXT = 300_000
#: And so are texts of more bytes, whatever words they have: a megabyte may be half a million lines.
LARGE_TEXT_BYTES = 1_000_000
#: And pages that say more than these bytes in place of images.
LARGE_ALTS_BYTES = 100_000


def is_large(result: Result) -> bool:
    """Whether the text of a count is large, in any way that makes a view of it take long: in its
    words, its different words or forms of words, its bytes, its alternative texts.

    Neither the text nor those are loaded for it.
    """
    return (result.total_words or 0) > LARGE_TEXT or is_large_to_rank(result) or _is_long(result)


def is_large_to_rank(result: Result) -> bool:
    """Whether it takes long to rank the words of a count, whatever its text is like."""
    return max(words_to_rank(result), _forms_stored(result) or 0) > LARGE


def words_to_rank(result: Result) -> int:
    """How many words there are of a count to be ranked, each form by itself if there are many."""
    words = result.distinct_words or 0
    # A word may have many forms; few words in all cannot.
    if words > MOST_RANKED_WORDS or (result.total_words or 0) <= MOST_RANKED_WORDS:
        return words
    forms = _forms_stored(result)
    return _forms_of(result) if forms is None else forms


def _forms_stored(result: Result) -> int | None:
    """How many different words there are as they are written; None where that is not stored."""
    name = ranking_name(stop_words=True, fold_case=False)
    size = (result.sizes or {}).get(name)
    return size[0] if size else None


def _forms_of(result: Result) -> int:
    """How many words are stored, counted where they are: to load them is what is to be avoided."""
    words = func.json_object_keys(Result.result_all).table_valued("word")
    count = select(func.count()).select_from(words).correlate(Result).scalar_subquery()
    return db.session.scalar(select(count).where(Result.id == result.id)) or 0


def _is_long(result: Result) -> bool:
    """Whether there are many bytes of its text or of its alternative texts.

    Postgres knows that of a large value without unpacking it.
    """
    lengths = select(
        func.coalesce(func.octet_length(Result.text), 0) > LARGE_TEXT_BYTES,
        func.coalesce(func.octet_length(Result.alt_texts), 0) > LARGE_ALTS_BYTES,
    )
    found = db.session.execute(lengths.where(Result.id == result.id)).one_or_none()
    return found is not None and any(found)
