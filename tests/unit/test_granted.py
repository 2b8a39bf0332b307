"""How much memory a page may take, by what the system grants."""

from pathlib import Path

import pytest

from workers.granted import LEAST, MOST, granted, limits, memory_of_a_page

MIB = 2**20


@pytest.mark.parametrize(
    ("memory", "at_once", "held", "page"),
    [
        (512 * MIB, 2, 40 * MIB, 146 * MIB),  # a small dyno, which fetches four pages of 10 MiB
        (1024 * MIB, 2, 160 * MIB, 312 * MIB),
        (4096 * MIB, 4, 320 * MIB, MOST),
        (512 * MIB, 4, 320 * MIB, LEAST),
        (256 * MIB, 2, 0, LEAST),
        (512 * MIB, 1, 0, 352 * MIB),  # the command that counts one page
    ],
)
def test_a_page_gets_its_part_of_what_is_left(
    memory: int, at_once: int, held: int, page: int
) -> None:
    assert memory_of_a_page(memory, at_once=at_once, held=held) == page


def written(root: Path, file: str, text: str) -> None:
    path = root / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_the_groups_of_one_hierarchy(tmp_path: Path) -> None:
    written(tmp_path, "system.slice/words.service/memory.max", "536870912\n")
    written(tmp_path, "system.slice/memory.max", "max\n")
    assert list(limits("0::/system.slice/words.service\n", tmp_path)) == [512 * MIB]


def test_the_groups_of_several_hierarchies(tmp_path: Path) -> None:
    written(tmp_path, "memory/all/one/memory.limit_in_bytes", "9223372036854771712\n")
    written(tmp_path, "memory/all/memory.limit_in_bytes", "1073741824\n")
    written(tmp_path, "memory/memory.limit_in_bytes", "9223372036854771712\n")
    groups = "9:name=systemd:/\n4:cpu,memory:/all/one\n0::/\n"
    found = list(limits(groups, tmp_path))
    assert (len(found), min(found)) == (3, 1024 * MIB)


def test_a_container_whose_group_has_another_name_inside(tmp_path: Path) -> None:
    written(tmp_path, "memory.max", "536870912\n")
    assert list(limits("0::/docker/0123:with:colons\n", tmp_path)) == [512 * MIB]


def test_this_machine_grants_something() -> None:
    assert granted() > LEAST
