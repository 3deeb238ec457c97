"""The HTML report in a real browser: what a person can click, type and read."""

import json
from pathlib import Path

import pytest
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from tools.fleet import fleet

from rolecall.reports import FORMATS, to_document

pytestmark = pytest.mark.browser

GONE = "arn:aws:iam::200000000000:role/gone"


def show(browser: Chrome, folder: Path, size: int) -> Path:
    """Opens the report of so many made-up roles, and one that couldn't be verified."""
    file = folder / f"report-{size}.html"
    document = to_document(fleet(size), unverified={GONE: "no credentials"})
    file.write_text(FORMATS["html"](document), encoding="utf-8")
    browser.get(file.as_uri())
    return file


def roles(browser: Chrome) -> list[str]:
    """The names of the roles that are shown, in their order."""
    shown = browser.find_elements(By.CSS_SELECTOR, "#roles tbody th")
    return [each.text for each in shown if each.is_displayed()]


def choose(browser: Chrome, word: str) -> None:
    """Clicks on the filter of a verdict."""
    browser.find_element(By.CSS_SELECTOR, f"fieldset label.{word}").click()


def field(browser: Chrome) -> WebElement:
    return browser.find_element(By.CSS_SELECTOR, "#search input")


def status(browser: Chrome) -> str:
    return browser.find_element(By.TAG_NAME, "output").text


def complaints(browser: Chrome) -> list[str]:
    """What the browser has to say about the page: errors, and what its security policy blocked."""
    return [each["message"] for each in browser.get_log("browser")]


def requests(browser: Chrome) -> list[str]:
    """The addresses that were asked for since the last look."""
    events = (json.loads(each["message"])["message"] for each in browser.get_log("performance"))
    return [
        each["params"]["request"]["url"] for each in events if each["method"] == "Network.requestWillBeSent"
    ]


def test_the_worst_stands_first_and_open(browser: Chrome, tmp_path: Path) -> None:
    """A reader sees what is wrong, and why, without a click."""
    show(browser, tmp_path, 6)

    assert roles(browser) == [
        "audit",
        "gone",
        "billing",
        "read-only",
        "backup",
        "deploy",
        "incident/responder",
    ]
    first, *_, last = browser.find_elements(By.CSS_SELECTOR, "tbody details")
    assert "got in without an external ID" in first.text
    assert last.get_attribute("open") is None


def test_a_filter_shows_one_verdict(browser: Chrome, tmp_path: Path) -> None:
    """A click on a verdict leaves its roles, a click on "all" brings the others back."""
    show(browser, tmp_path, 6)

    choose(browser, "pending")
    assert (roles(browser), status(browser)) == (["read-only"], "1 of 7 roles")
    choose(browser, "not-verified")
    assert roles(browser) == ["gone"]
    browser.find_element(By.CSS_SELECTOR, "fieldset label").click()
    assert (len(roles(browser)), status(browser)) == (7, "")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("billing", ["billing"]),
        ("BILL arn:aws:iam::200000000000", ["billing"]),
        ("acme-scanner", ["audit", "backup"]),
        ("no credentials", ["gone"]),
        ("always ENFORCED sts:ExternalId", ["audit"]),
        ("nobody-is-called-so", []),
    ],
)
def test_searching_looks_into_every_detail(
    browser: Chrome, tmp_path: Path, words: str, found: list[str]
) -> None:
    """Every word counts, in any case, in whatever is told of a role, folded or not."""
    show(browser, tmp_path, 6)

    field(browser).send_keys(words)

    assert roles(browser) == found
    assert status(browser) == f"{len(found)} of 7 roles"
    assert browser.find_element(By.ID, "none").is_displayed() is not bool(found)


def test_search_and_filter_go_together(browser: Chrome, tmp_path: Path) -> None:
    """What is shown passes both."""
    show(browser, tmp_path, 6)

    field(browser).send_keys("stranger")
    choose(browser, "proved")

    assert roles(browser) == ["backup", "deploy", "incident/responder"]
    assert status(browser) == "3 of 7 roles"


def test_the_keyboard_is_enough(browser: Chrome, tmp_path: Path) -> None:
    """A slash goes to the search, Escape empties it, the skip link and the details open by Enter."""
    show(browser, tmp_path, 6)
    keys = ActionChains(browser)

    keys.send_keys("/").send_keys("billing").perform()
    assert field(browser) == browser.switch_to.active_element
    assert roles(browser) == ["billing"]
    keys.send_keys(Keys.ESCAPE).perform()
    assert len(roles(browser)) == 7

    browser.refresh()
    keys.send_keys(Keys.TAB).perform()
    skip = browser.switch_to.active_element
    assert skip.text == "Skip to the roles"
    keys.send_keys(Keys.ENTER).perform()
    assert browser.current_url.endswith("#roles")

    summary = browser.find_elements(By.CSS_SELECTOR, "tbody summary")[-1]
    browser.execute_script("arguments[0].focus()", summary)
    keys.send_keys(Keys.ENTER).perform()
    assert "got in with the declared call" in browser.find_elements(By.CSS_SELECTOR, "tbody details")[-1].text


def test_verdicts_are_chosen_by_arrow_keys(browser: Chrome, tmp_path: Path) -> None:
    """The filters are one stop of the Tab key, and the arrows move within."""
    show(browser, tmp_path, 6)
    everything = browser.find_element(By.CSS_SELECTOR, "fieldset input")

    browser.execute_script("arguments[0].focus()", everything)
    ActionChains(browser).send_keys(Keys.ARROW_RIGHT).perform()

    assert roles(browser) == ["audit"]


def test_a_line_of_the_picture_leads_to_its_details(browser: Chrome, tmp_path: Path) -> None:
    """A click on a line unfolds what came of that caller at that role, even where a filter hid it."""
    show(browser, tmp_path, 6)
    choose(browser, "proved")

    line = browser.find_element(By.CSS_SELECTOR, "svg a.link.refuted")
    ActionChains(browser).move_to_element(line.find_element(By.TAG_NAME, "text")).click().perform()

    edge = browser.find_element(By.CSS_SELECTOR, "section:target")
    assert edge.is_displayed()
    assert edge.text.startswith("profile vendor")
    assert len(roles(browser)) == 7


def test_an_account_of_the_picture_filters_the_table(browser: Chrome, tmp_path: Path) -> None:
    """Where accounts stand for roles, a click on one leaves its roles."""
    show(browser, tmp_path, 60)
    account = browser.find_element(By.CSS_SELECTOR, 'svg a[data-account="200002020202"]')

    ActionChains(browser).move_to_element(account).click().perform()

    assert field(browser).get_attribute("value") == "200002020202"
    assert len(roles(browser)) == 10


def test_an_address_with_a_role_opens_it(browser: Chrome, tmp_path: Path) -> None:
    """A link to one role can be sent to somebody."""
    file = show(browser, tmp_path, 6)

    browser.get(f"{file.as_uri()}#r7")

    details = browser.find_elements(By.CSS_SELECTOR, "#r7 details")[0]
    assert details.get_attribute("open") is not None


def test_nothing_is_asked_of_the_network(browser: Chrome, tmp_path: Path) -> None:
    """Loading, searching and clicking ask for the one file and nothing else, and nothing is blocked."""
    file = show(browser, tmp_path, 60)
    field(browser).send_keys("audit")
    choose(browser, "refuted")
    browser.find_elements(By.CSS_SELECTOR, "svg a")[0].click()

    asked = [each for each in requests(browser) if not each.startswith("data:")]
    assert asked == [file.as_uri()]
    assert complaints(browser) == []


def test_it_is_readable_without_scripts(browser: Chrome, tmp_path: Path) -> None:
    """Roles, details, picture and the filters by verdict are there; what needs the script isn't shown."""
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    show(browser, tmp_path, 6)

    assert len(roles(browser)) == 7
    assert not field(browser).is_displayed()
    assert "own search" in browser.find_element(By.TAG_NAME, "noscript").text
    browser.find_elements(By.CSS_SELECTOR, "tbody summary")[-1].click()
    assert "got in with the declared call" in browser.find_elements(By.CSS_SELECTOR, "tbody details")[-1].text
    choose(browser, "pending")
    assert roles(browser) == ["read-only"]


def colours(browser: Chrome, selector: str) -> tuple[float, float]:
    """The relative luminance of an element's text and of the nearest background behind it (WCAG 2)."""
    script = """
        const parse = (css) => css.match(/[\\d.]+/g).map(Number);
        const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
            .map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
            .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
        const element = document.querySelector(arguments[0]);
        let behind = element;
        while (parse(getComputedStyle(behind).backgroundColor)[3] === 0) behind = behind.parentElement;
        const style = getComputedStyle(element);
        return [light(parse(style.color)), light(parse(getComputedStyle(behind).backgroundColor))];
    """
    ink, paper = browser.execute_script(script, selector)
    return float(ink), float(paper)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_both_schemes_have_contrast(browser: Chrome, tmp_path: Path, scheme: str) -> None:
    """Text stands out by 4.5 to 1 at least (WCAG 2 AA), and dark is dark."""
    feature = {"name": "prefers-color-scheme", "value": scheme}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
    show(browser, tmp_path, 6)

    words = ["refuted", "inconclusive", "pending", "proved", "not-verified"]
    texts = ["body", ".when", "figcaption", "summary", ".arn", *(f"tbody.{each} .word" for each in words)]
    for selector in (*texts, *(f"label.{each}" for each in words)):
        ink, paper = colours(browser, selector)
        assert (max(ink, paper) + 0.05) / (min(ink, paper) + 0.05) >= 4.5, selector
        assert (ink > paper) is (scheme == "dark"), selector


@pytest.mark.parametrize("width", [360, 760, 1200])
def test_the_page_is_never_wider_than_the_window(browser: Chrome, tmp_path: Path, width: int) -> None:
    """Only the picture scrolls sideways, within itself."""
    metrics = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    try:
        show(browser, tmp_path, 60)
        assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_two_thousand_roles_can_be_searched(browser: Chrome, tmp_path: Path) -> None:
    """The largest page that is promised answers like a small one."""
    show(browser, tmp_path, 2_000)

    field(browser).send_keys("read-only-1997")

    assert status(browser) == "1 of 2001 roles"
    found = browser.find_elements(By.CSS_SELECTOR, "#roles tbody:not([hidden]) th")
    assert [each.text for each in found] == ["read-only-1997"]
