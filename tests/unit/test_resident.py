"""What a process has in memory of files."""

import mmap
import os
from pathlib import Path

import pytest

from workers.resident import _unchanged, let_go_of_files

MAPPING = """\
{start:x}-{end:x} {rights} 00000000 fe:00 1234 {path}
Size:                  8 kB
Rss:                   8 kB
Anonymous:        {changed:>6} kB
VmFlags: rd mr mw me
"""


def mapping(rights: str = "r-xp", path: str = "        /lib/some.so", changed: int = 0) -> str:
    return MAPPING.format(start=0x7F00, end=0x9F00, rights=rights, path=path, changed=changed)


def test_programs_and_tables_are_let_go_of() -> None:
    text = mapping() + mapping("r--s", "   /cache/a table")
    assert list(_unchanged(text)) == [(0x7F00, 0x2000)] * 2


def test_what_would_be_lost_is_not() -> None:
    assert list(_unchanged(mapping("rw-p"))) == []
    assert list(_unchanged(mapping("r--p", changed=4))) == []
    for path in ("", "        [heap]", "        [vdso]"):
        assert list(_unchanged(mapping() + mapping("r-xp", path))) == [(0x7F00, 0x2000)]


@pytest.mark.skipif(not Path("/proc/self/smaps").exists(), reason="only Linux tells")
def test_a_table_is_there_when_it_is_looked_at_again(tmp_path: Path) -> None:
    content = os.urandom(1 << 20)
    (tmp_path / "table").write_bytes(content)
    with (tmp_path / "table").open("rb") as file:
        table = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    assert table[:] == content
    before = resident_of("table")
    let_go_of_files()
    assert (before, resident_of("table")) == (1024, 0)
    assert table[:] == content


def resident_of(name: str) -> int:
    """In kB."""
    lines = iter(Path("/proc/self/smaps").read_text().splitlines())
    next(line for line in lines if line.endswith(f"/{name}"))
    return int(next(line for line in lines if line.startswith("Rss:")).split()[1])
