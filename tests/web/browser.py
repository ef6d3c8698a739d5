"""Drive a headless Chromium through its DevTools protocol, with the standard library alone."""

import json
import os
import select
import shutil
import signal
import time

import pytest

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))),
                None)
needs_chromium = pytest.mark.skipif(CHROMIUM is None or not hasattr(os, "posix_spawn"),
                                    reason="no Chromium on this machine to look at pages with")
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars",
         "--remote-debugging-pipe", "about:blank")


class Browser:
    """One tab, told what to do over two pipes.

    Attributes
    ----------
    faults : list of str
        Errors and warnings of the page's scripts.
    requests : list of str
        Every address that the page asked for.
    """

    def __init__(self, profile):
        (theirs, self.out), (self.into, answers) = os.pipe(), os.pipe()
        null = os.open(os.devnull, os.O_WRONLY)
        # The browser reads from descriptor 3 and writes to descriptor 4.
        moved = [(os.POSIX_SPAWN_DUP2, theirs, 200), (os.POSIX_SPAWN_DUP2, answers, 201),
                 (os.POSIX_SPAWN_DUP2, 200, 3), (os.POSIX_SPAWN_DUP2, 201, 4),
                 (os.POSIX_SPAWN_DUP2, null, 1), (os.POSIX_SPAWN_DUP2, null, 2)]
        self.process = os.posix_spawn(
            CHROMIUM, [CHROMIUM, f"--user-data-dir={profile}", *FLAGS], os.environ,
            file_actions=moved)
        for end in (theirs, answers, null):
            os.close(end)
        self.waiting, self.asked, self.session = b"", 0, None
        self.faults, self.requests, self.loads = [], [], 0
        target = next(one for one in self.send("Target.getTargets")["targetInfos"]
                      if one["type"] == "page")["targetId"]
        self.session = self.send("Target.attachToTarget", targetId=target,
                                 flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.send(f"{domain}.enable")

    def read(self, seconds=60):
        """The next message."""
        end = time.monotonic() + seconds
        while b"\0" not in self.waiting:
            ready, _, _ = select.select([self.into], [], [], max(0, end - time.monotonic()))
            assert ready, f"the browser said nothing for {seconds} seconds"
            self.waiting += os.read(self.into, 1 << 20)
        message, _, self.waiting = self.waiting.partition(b"\0")
        return json.loads(message)

    def note(self, method, params):
        """Keep what the tests ask about."""
        if method == "Runtime.exceptionThrown":
            details = params["exceptionDetails"]
            self.faults.append(details.get("exception", {}).get("description", details["text"]))
        elif method == "Runtime.consoleAPICalled" and params["type"] in ("error", "warning"):
            self.faults.append(str([a.get("value") for a in params["args"]]))
        elif method == "Log.entryAdded" and params["entry"]["level"] == "error":
            self.faults.append(f"{params['entry']['text']} {params['entry'].get('url', '')}")
        elif method == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])
        elif method == "Page.loadEventFired":
            self.loads += 1

    def send(self, method, **params):
        """What the browser answers to one command."""
        self.asked += 1
        message = {"id": self.asked, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.out, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.read()
            if answer.get("id") == self.asked:
                assert "error" not in answer, (method, answer)
                return answer["result"]
            self.note(answer.get("method"), answer.get("params"))

    def ask(self, script):
        """The value of an expression in the page, awaited if it is a promise."""
        answer = self.send("Runtime.evaluate", expression=script, awaitPromise=True,
                           returnByValue=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def wait(self, condition, seconds=60):
        """Ask until it is so, and return what it is then."""
        end = time.monotonic() + seconds
        while not (value := self.ask(condition)):
            assert time.monotonic() < end, f"in {seconds} seconds it never was so: {condition}"
            time.sleep(0.05)
        return value

    def open(self, address, width=1280, height=900, **media):
        """Load a page in a window of this size; media as ``prefers_reduced_motion="reduce"``."""
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=1, mobile=width < 600)
        self.send("Emulation.setEmulatedMedia", features=[
            {"name": name.replace("_", "-"), "value": value} for name, value in media.items()])
        self.load("about:blank")  # or else another fragment would not load the page again
        self.faults.clear()
        self.requests.clear()
        self.load(address)

    def load(self, address):
        """Go there and wait until all has loaded."""
        seen = self.loads
        self.send("Page.navigate", url=address)
        while self.loads == seen:
            message = self.read()
            self.note(message.get("method"), message.get("params"))

    def click(self, selector):
        """Press and release the mouse in the middle of an element."""
        x, y = self.ask(f"""(() => {{
            const element = document.querySelector({json.dumps(selector)});
            element.scrollIntoView({{block: "center", behavior: "instant"}});
            const box = element.getBoundingClientRect();
            return [box.x + box.width / 2, box.y + box.height / 2];
        }})()""")
        for kind in ("mousePressed", "mouseReleased"):
            self.send("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def close(self):
        """End the browser and wait for it."""
        for end in (self.out, self.into):
            os.close(end)
        for patience in range(100):
            if os.waitpid(self.process, os.WNOHANG)[0]:
                return
            if patience == 50:
                os.kill(self.process, signal.SIGKILL)
            time.sleep(0.1)

