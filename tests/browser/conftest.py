"""One Chromium for the whole folder, one server for each test, and pictures of what failed."""

import shutil
from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from browser import chromium
from browser.house import House
from browser.pictures import take_pictures
from browser.real_house import RealHouse
from process.real_server import RealServer, running
from ryadom.web import bundle

HERE = Path(__file__).parent
BUILT = bundle.FOLDER
"""Where the client is built; read before other tests put another one there."""
FAILED = pytest.StashKey[bool]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests of this folder share one event loop, since they share one browser."""
    for item in items:
        if item.path.is_relative_to(HERE) and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note which tests have failed, for `house` to know."""
    report = yield
    if report.when == "call" and report.failed:
        item.stash[FAILED] = True
    return report


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """The one browser."""
    assert (BUILT / "index.html").is_file(), "The client is not built: run `make web`"
    async with async_playwright() as playwright:
        browser = await chromium.launch(playwright)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def house(
    request: pytest.FixtureRequest,
    data: Path,
    empty_database: Path,
    browser: Browser,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[House]:
    """A server for browsers, whose clock the test turns.

    `@pytest.mark.parametrize("house", [{…}], indirect=True)` gives it other settings.
    """
    monkeypatch.setattr(bundle, "FOLDER", BUILT)
    shutil.copy(empty_database, data / "ryadom.db")
    house = House(data, browser, **getattr(request, "param", {}))
    await house.start()
    yield house
    if request.node.stash.get(FAILED, False):
        await take_pictures(house.windows, tmp_path)
    await house.close()
    assert house.complaints == []


@pytest_asyncio.fixture(loop_scope="session")
async def real_house(
    request: pytest.FixtureRequest, real_server: RealServer, browser: Browser, tmp_path: Path
) -> AsyncIterator[RealHouse]:
    """A server for browsers that the test may kill."""
    house = RealHouse(real_server, browser)
    yield house
    if request.node.stash.get(FAILED, False):
        await take_pictures(house.windows, tmp_path)
    await house.close()
    assert [complaint for window in house.windows for complaint in window.witness.complaints] == []


@pytest.fixture
def real_server(data: Path) -> Iterator[RealServer]:
    """A server in a process of its own, which comes back where it was when it is started again."""
    server = RealServer(data)
    lent = running(server)
    next(lent)
    server.environment["RYADOM_PORT"] = str(server.port)
    yield server
    next(lent, None)
