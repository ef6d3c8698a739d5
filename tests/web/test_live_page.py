"""Live blocks in a browser: every control does something, and nothing goes wrong meanwhile."""

import json
import shutil
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import play_data
import pytest
from browser import Browser, needs_chromium
from lab_node import needs_node
from live_page import live_blocks, page_of

pytestmark = [needs_chromium, needs_node]
SIZES = {"desk": (1280, 900), "phone": (390, 844)}
BLOCKS = [("logit", {}), ("orbit", {}), ("damage", {}), ("critics", {})]
PLAYERS = [("player", {"loss": "conditional", "other": "infogan"}),
           ("player", {"loss": "infogan", "others": ["conditional", "infogan"]})]


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    made = Browser(tmp_path_factory.mktemp("chromium"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """A page of all blocks, with players of generators that were hardly trained."""
    folder = tmp_path_factory.mktemp("site")
    assets = folder / "assets"
    for part in ("explore", "play", "lab"):
        shutil.copytree(live_blocks.ASSETS / part, assets / part)
    play_data.main(["conditional", "infogan"], folder / "work", assets / "play" / "data",
                   steps=(1, 2, 4), seeds=8, hidden=8, batch=4)
    return page_of(folder, BLOCKS + PLAYERS, assets)


def opened(browser, address, width=1280, height=900, **media):
    """The page itself, not what was there before."""
    browser.open(address, width, height, **media)
    browser.wait(f"location.href === {json.dumps(address)} && document.readyState === 'complete'")


@pytest.fixture(params=SIZES)
def page(request, browser, address):
    """The page, opened afresh; at the end it has asked for nothing and complained of nothing."""
    opened(browser, address, *SIZES[request.param])
    yield browser
    browser.ask("1")
    assert browser.faults == []
    assert {one.split(":")[0] for one in browser.requests} <= {"file", "about"}
    assert browser.ask("document.documentElement.scrollWidth <= innerWidth")


FRAME = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
TOOLS = f"""
    const frame = () => {FRAME};
    const roots = () => [...document.querySelectorAll(".live")];
    const wake = async root => {{
        do {{  // blocks above it wake, too, and push it down
            root.scrollIntoView({{block: "center", behavior: "instant"}});
            await frame();
        }} while (!root.classList.contains("live-on"));
    }};
    const seen = root => [".live-picture", ".live-say", ".live-checks"].map(part =>
        [...root.querySelectorAll(part)].map(one => one.innerHTML).join()).join();
    const told = input => `${{input.closest(".live").dataset.live}} ` +
        (input.type === "radio" ? input.closest("fieldset").firstChild.textContent : input.name);
    const set = (input, value) => {{
        input.value = value;
        input.dispatchEvent(new Event(input.tagName === "SELECT" ? "change" : "input",
                                      {{bubbles: true}}));
    }};
"""


def run(browser, script):
    return browser.ask(f"(async () => {{ {TOOLS} {script} }})()")


def test_every_control_changes_something(page):
    """Nothing is left out but what is hidden until something else asks for it."""
    answer = run(page, """
        const dead = [], hidden = new Set(); let tried = 0;
        for (const root of roots()) {
            await wake(root);
            for (const input of root.querySelectorAll("input, select, .live-button")) {
                if (!input.offsetParent) { hidden.add(told(input)); continue; }
                const before = seen(root), old = input.value;
                tried++;
                if (input.type === "range") {
                    set(input, input.max);
                    await frame();
                    if (seen(root) === before) { set(input, input.min); await frame(); }
                } else if (input.tagName === "SELECT") {
                    set(input, [...input.options].find(o => o.value !== old).value);
                    await frame();
                } else if (!(input.type === "radio" && input.checked)) {
                    input.click();
                    await frame();
                } else continue;
                if (seen(root) === before) dead.push(told(input));
                if (input.type === "checkbox") input.click();
                if (input.type === "radio") root.querySelector(`[name=${input.name}]`).click();
                await frame();
            }
        }
        return {dead, hidden: [...hidden], tried};""")
    assert answer["dead"] == [] and answer["tried"] > 60
    assert answer["hidden"] == ["logit by", "player Beside it"]


def test_hidden_controls_come_when_they_are_of_use(page):
    answer = run(page, """
        const [logit, orbit] = roots();
        await wake(logit);
        const by = logit.querySelector("[name=by]");
        logit.querySelector("[value=relativistic]").click();
        await frame();
        const before = seen(logit);
        set(by, 5);
        await frame();
        const moved = by.offsetParent && seen(logit) !== before;
        await wake(orbit);
        const beta = orbit.querySelector("[name=beta1]"), there = Boolean(beta.offsetParent);
        orbit.querySelector("[value=descent]").click();
        await frame();
        return [Boolean(moved), there, Boolean(beta.offsetParent)];""")
    assert answer == [True, True, False]


def drag(browser, selector, by, start=(0.5, 0.5)):
    """Press in an element, move, let go; what was seen before and after."""
    x, y = browser.ask(f"""(() => {{
        const element = document.querySelector({json.dumps(selector)});
        element.scrollIntoView({{block: "center", behavior: "instant"}});
        const box = element.getBoundingClientRect();
        return [box.x + {start[0]} * box.width, box.y + {start[1]} * box.height]; }})()""")
    for kind, dx, dy in (("mousePressed", 0, 0), ("mouseMoved", by[0] / 2, by[1] / 2),
                         ("mouseMoved", *by), ("mouseReleased", *by)):
        browser.send("Input.dispatchMouseEvent", type=kind, x=x + dx, y=y + dy, button="left",
                     buttons=int(kind != "mouseReleased"), clickCount=1)
    browser.ask(FRAME)


def said(browser, name):
    return browser.ask(f'document.querySelector("[data-live={name}] .live-say").textContent')


@pytest.mark.parametrize("name, selector, by, start", [
    ("logit", "[data-live=logit] .live-picture", (60, 0), (0.3, 0.3)),
    ("orbit", "[data-handle=start]", (-20, 30), (0.5, 0.5)),
    ("critics", "[data-handle=fake]", (50, 0), (0.5, 0.5))])
def test_what_can_be_dragged_follows(page, name, selector, by, start):
    run(page, f'await wake(document.querySelector("[data-live={name}]"));')
    before = said(page, name)
    drag(page, selector, by, start)
    after = said(page, name)
    assert after != before
    page.send("Input.dispatchMouseEvent", type="mouseMoved", x=5, y=5)  # let go is let go
    page.ask(FRAME)
    assert said(page, name) == after


def test_arrow_keys_move_a_handle(page):
    run(page, 'await wake(document.querySelector("[data-live=orbit]"));')
    label = 'document.querySelector("[data-handle=start]").getAttribute("aria-label")'
    before = page.ask(label)
    page.ask('document.querySelector("[data-handle=start]").focus()')
    for kind in ("rawKeyDown", "keyUp"):
        page.send("Input.dispatchKeyEvent", type=kind, key="ArrowUp", code="ArrowUp")
    page.ask(FRAME)
    assert page.ask(label) != before
    assert page.ask('document.activeElement.dataset.handle') == "start"  # it kept the focus


def test_everything_has_a_name_and_shows_its_focus(page):
    answer = run(page, """
        for (const root of roots()) await wake(root);
        const all = [...document.querySelectorAll(".live :is(input, select, button, [tabindex])")];
        const nameless = all.filter(one => !(one.labels?.length || one.getAttribute("aria-label") ||
                                             one.textContent.trim()));
        const shown = all.filter(one => one.offsetParent);
        const small = shown.filter(one => one.type !== "checkbox" && one.type !== "radio" &&
                                   one.getBoundingClientRect().height < 24);
        return {count: all.length, nameless: nameless.length, small: small.map(told)};""")
    assert answer["count"] > 60 and answer["nameless"] == 0 and answer["small"] == []
    page.ask('document.querySelector("[data-live=logit] input").focus()')
    page.send("Input.dispatchKeyEvent", type="rawKeyDown", key="Tab", code="Tab",
              windowsVirtualKeyCode=9)
    page.ask(FRAME)
    assert page.ask("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_a_change_is_read_out_once_it_rests(page):
    run(page, """const [root] = roots();
        await wake(root);
        const slider = root.querySelector("[name=logit]");
        for (let v = -3; v < 3; v++) { set(slider, v); await frame(); }""")
    heard = 'document.querySelector("[data-live=logit] .live-heard").textContent'
    page.wait(f'{heard}.startsWith("Logit 2.0")', seconds=5)


MOVES = """
    const found = {};
    for (const root of roots()) {
        await wake(root);
        const slider = [...root.querySelectorAll("input[type=range]")]
            .filter(one => one.offsetParent).at(root.dataset.live === "player" ? -1 : 0);
        const next = () => new Promise(requestAnimationFrame), times = [];
        let last = await next();
        for (let i = 0; i < 40; i++) {
            const part = ((i * 7) % 40) / 40;
            set(slider, Number(slider.min) + (slider.max - slider.min) * part);
            const now = await next();
            times.push(now - last);
            last = now;
        }
        found[root.dataset.live] = times.sort((a, b) => a - b)[37];
    }
    return found;"""


def test_moving_stays_smooth(page):
    """With a slider that moves in every frame, a frame takes less than 50 ms (95th percentile).

    On a machine that does something else meanwhile, the best of some tries counts.
    """
    best = {}
    for _ in range(6):
        for name, time in run(page, MOVES).items():
            best[name] = min(time, best.get(name, time))
        if max(best.values()) < 50:
            break
    print({name: round(time) for name, time in best.items()})
    assert set(best) == {"logit", "orbit", "damage", "critics", "player"}
    assert max(best.values()) < 50, best


PLAY = "[data-live=player] .live-play"


def test_it_plays_when_asked_and_stops_at_the_end_or_out_of_sight(page):
    run(page, 'await wake(document.querySelector("[data-live=player]"));')
    moment = 'document.querySelector("[data-live=player] [name=moment]").value'
    assert page.ask(moment) == "2"  # nothing has moved by itself
    page.click(PLAY)
    assert page.ask(moment) == "0"
    page.wait(f"{moment} === '2'", seconds=10)
    page.wait(f'document.querySelector("{PLAY}").getAttribute("aria-label") === "Play"')
    page.click(PLAY)
    page.ask("scrollTo(0, 0)")
    page.wait(f'document.querySelector("{PLAY}").getAttribute("aria-label") === "Play"')


def test_reduced_motion_hides_the_button(browser, address):
    opened(browser, address, 1280, 900, prefers_reduced_motion="reduce")
    run(browser, 'await wake(document.querySelector("[data-live=player]"));')
    assert browser.ask(f'document.querySelector("{PLAY}").offsetParent') is None


def test_nothing_wakes_before_it_is_near(browser, address):
    opened(browser, address, 1280, 700)
    browser.wait('document.querySelector("[data-live=logit].live-on") !== null')
    assert browser.ask('document.querySelectorAll(".live-on").length') < 4
    assert not any("play/data" in one for one in browser.requests)


def test_another_loss_comes_beside_it(page):
    answer = run(page, """
        const root = roots().at(-1);
        await wake(root);
        root.querySelector("[value=conditional]").click();
        while (!root.querySelector("svg").textContent.includes("conditional")) await frame();
        return root.querySelector(".live-say").textContent;""")
    assert "conditional after 4 steps" in answer


def test_colours_follow_the_theme(browser, address):
    opened(browser, address)
    run(browser, 'await wake(document.querySelector("[data-live=logit]"));')
    colour = 'getComputedStyle(document.querySelector("[data-live=logit] .l1")).stroke'
    light = browser.ask(colour)
    browser.ask('document.documentElement.dataset.theme = "dark"')
    assert browser.ask(colour) != light


def test_without_scripts_and_in_print_there_is_a_picture(browser, address):
    browser.send("Emulation.setScriptExecutionDisabled", value=True)
    opened(browser, address, 390, 844)
    browser.send("Emulation.setScriptExecutionDisabled", value=False)
    boxes = """[...document.querySelectorAll(".live-picture > svg")].map(svg => {
        const {width, height} = svg.getBoundingClientRect(); return [width, height]; })"""
    still = browser.ask(boxes)
    assert len(still) == len(BLOCKS + PLAYERS) and all(100 < w < 390 and h > 80 for w, h in still)
    assert browser.ask('document.querySelectorAll(".live-controls").length') == 0
    opened(browser, address)
    run(browser, "for (const root of roots()) await wake(root);")
    browser.send("Emulation.setEmulatedMedia", media="print")
    printed = browser.ask(boxes)
    assert all(w > 300 and h > 80 for w, h in printed)
    assert browser.ask('document.querySelector(".live-controls").offsetParent') is None
    browser.send("Emulation.setEmulatedMedia", media="")


def test_paper_is_white_in_the_dark(browser, address):
    opened(browser, address)
    run(browser, 'await wake(document.querySelector("[data-live=logit]"));')
    colour = 'getComputedStyle(document.querySelector("[data-live=logit] .l1")).stroke'
    light = browser.ask(colour)
    browser.ask('document.documentElement.dataset.theme = "dark"')
    browser.send("Emulation.setEmulatedMedia", media="print")
    assert browser.ask(colour) == light
    browser.send("Emulation.setEmulatedMedia", media="")


def test_missing_data_leave_the_picture_and_say_so(browser, address, tmp_path):
    folder = tmp_path / "copy"
    shutil.copytree(Path(url2pathname(urlsplit(address).path)).parent, folder)
    for path in (folder / "_static" / "play" / "data").glob("*.js"):
        path.unlink()
    opened(browser, (folder / "page.html").as_uri())
    browser.ask('document.querySelector("[data-live=player]").scrollIntoView()')
    browser.wait("""document.querySelector("[data-live=player]").innerText.includes(
        "could not be loaded")""", seconds=10)
    assert browser.ask('document.querySelector("[data-live=player] svg").clientWidth') > 300
