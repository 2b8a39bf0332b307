"""The page of docs/CLIENTS.md that asks from another site, as it stands there."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.clients_doc import scripts
from tests.programs import running
from tests.site import Site
from tests.support import free_port

pytestmark = pytest.mark.usefixtures("app", "worker")


@pytest.fixture
def another_site(site: Site) -> str:
    """The origin of a site that is none of ours: `localhost` is another name than 127.0.0.1."""
    return site.address.replace("127.0.0.1", "localhost")


@pytest.fixture
def open_web(environ: dict[str, str], logs: Path, another_site: str) -> Iterator[str]:
    """The address of a web that lets pages of that site ask."""
    port = str(free_port())
    settings = {**environ, "PORT": port, "CORS_ORIGINS": another_site, "WEB_CONCURRENCY": "1"}
    with running(["gunicorn", "app:create_app()"], settings, logs / "open-web.log") as program:
        program.wait_for_line("Listening at")
        yield f"http://127.0.0.1:{port}"


def put_page(site: Site, web: str) -> None:
    (page,) = (script.text for script in scripts() if script.language == "html")
    site.serve("/words.html", page.replace("http://127.0.0.1:5000", web))


def test_a_page_of_an_allowed_site(
    page: Page, open_web: str, another_site: str, site: Site
) -> None:
    put_page(site, open_web)
    page.goto(f"{another_site}/words.html")
    expect(page.get_by_role("status")).to_have_text("Counted.", timeout=30_000)
    expect(page.get_by_role("listitem")).to_have_text(["garden 6", "keeper 5", "Roses 5"])


def test_a_page_of_any_other_site_is_refused(
    page: Page, web: str, another_site: str, site: Site, expected_errors: list[str]
) -> None:
    expected_errors += ["has been blocked by CORS policy", "net::ERR_FAILED"]
    put_page(site, web)
    page.goto(f"{another_site}/words.html")
    expect(page.get_by_role("status")).to_contain_text("Not counted: ")
    expect(page.get_by_role("listitem")).to_have_count(0)
