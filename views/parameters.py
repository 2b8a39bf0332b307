"""What stands behind the question mark of an address: each parameter is read, or refused."""

from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from flask import request

from views.errors import Problem


@dataclass(frozen=True)
class Asked:
    """One view, as an address asks for it: its fields are the parameters, their defaults what is
    usual, which is left out of addresses.
    """

    def address(self, **changes: Any) -> dict[str, Any]:
        """The parameters of this view, with some changed, as `url_for` takes them."""
        changed = asdict(replace(self, **changes))
        return {
            field.name: changed[field.name]
            for field in fields(self)
            if changed[field.name] != field.default
        }

    def only(self, *names: str) -> dict[str, Any]:
        """Some of these parameters, such as those that files have."""
        return {name: value for name, value in self.address().items() if name in names}


#: The characters of what may be searched for.
LONGEST_SOUGHT = 100


def sought() -> str:
    """What rows must contain; whatever is longer is cut."""
    return request.args.get("q", "").strip()[:LONGEST_SOUGHT]


def choice(name: str, *options: str) -> str:
    """One of the options; the first is what a missing parameter means.

    :raises views.errors.Problem: naming them all, if it is none of them.
    """
    if name not in request.args:  # mostly; to get a default from there takes an exception
        return options[0]
    value = request.args[name]
    if value not in options:
        quoted = [f'"{option}"' for option in options]
        raise Problem(
            400, "bad_parameter", f'"{name}" must be {", ".join(quoted[:-1])} or {quoted[-1]}.'
        )
    return value


def number(name: str, *, otherwise: int, low: int = 1, high: int | None = None) -> int:
    """A whole number between two others, written in plain digits.

    :param otherwise: what a missing parameter means.
    :raises views.errors.Problem: if it is none.
    """
    if name not in request.args:
        return otherwise
    value = request.args[name]
    is_number = value.isascii() and value.isdigit() and len(value) < 10
    if not is_number or int(value) < low or (high is not None and int(value) > high):
        until = "on" if high is None else f"to {high:,}"
        raise Problem(400, "bad_parameter", f'"{name}" must be a whole number from {low} {until}.')
    return int(value)


def case_and_forms() -> tuple[str, str]:
    """What is one word: whether case is folded, and whether all forms of a word are together.

    Forms of a word are found without regard to case.

    :raises views.errors.Problem: as :func:`choice`.
    """
    case, forms = choice("case", "fold", "keep"), choice("forms", "apart", "together")
    return ("fold" if forms == "together" else case), forms
