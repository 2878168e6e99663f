"""Debian's Firefox in the hands of a test: WebDriver's commands over Marionette, its own line.

geckodriver would say the same, but Debian has none; Playwright drives only a Firefox of its own.
"""

import json
import shutil
import socket
import subprocess
import time
from base64 import b64decode
from contextlib import contextmanager

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # WebDriver's name for a reference to an element
KEYS = {"Control": "\ue009", "Shift": "\ue008", "Enter": "\ue007", "Delete": "\ue017"}
# The next copy puts this on the clipboard, whatever is selected.
COPY = """(html, text) => document.addEventListener("copy", (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    if (html) event.clipboardData.setData("text/html", html);
    if (text) event.clipboardData.setData("text/plain", text);
}, { once: true, capture: true })"""
PREFERENCES = {
    "marionette.port": 0,  # a free one, which Firefox writes into its profile
    "intl.accept_languages": "fr",
    "app.normandy.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.page": 0,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,",
    "toolkit.telemetry.server": "data:,",
}


@contextmanager
def firefox(profile):
    """A Firefox without a window; it is gone when the block ends."""
    path = shutil.which("firefox-esr") or shutil.which("firefox")
    assert path, "Firefox is missing: on Debian, apt install firefox-esr"
    wishes = [
        f"user_pref({json.dumps(name)}, {json.dumps(value)});"
        for name, value in PREFERENCES.items()
    ]
    (profile / "user.js").write_text("\n".join(wishes))
    command = [path, "--headless", "--marionette", "--no-remote", "--profile", str(profile)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, **quiet) as process:
        try:
            with socket.create_connection(("127.0.0.1", _port(profile)), timeout=60) as line:
                yield Firefox(line)
        finally:
            process.terminate()


def _port(profile):
    file = profile / "MarionetteActivePort"
    for _attempt in range(600):
        if file.exists() and (port := file.read_text().strip()):
            return int(port)
        time.sleep(0.1)
    raise AssertionError("Firefox did not start within a minute.")


class Firefox:
    def __init__(self, line):
        self.line, self.stream, self.number = line, line.makefile("rb"), 0
        self._answer()  # its greeting
        self.do("NewSession")

    def do(self, command, **parameters):
        """One command of WebDriver; gives what it answers."""
        self.number += 1
        message = json.dumps([0, self.number, f"WebDriver:{command}", parameters]).encode()
        self.line.sendall(b"%d:%b" % (len(message), message))
        _kind, _number, fault, answer = self._answer()
        assert not fault, f"{command}: {fault['message']}"
        return answer["value"] if answer and answer.keys() == {"value"} else answer

    def _answer(self):
        length = b""
        while (sign := self.stream.read(1)) != b":":
            assert sign, "Firefox ended."
            length += sign
        return json.loads(self.stream.read(int(length)))

    def goto(self, address):
        self.do("Navigate", url=address)

    def visit(self, site):
        """The site, which finds nothing of an earlier visit."""
        self.goto(f"{site}/robots.txt")
        self.do("DeleteAllCookies")
        self.run("() => localStorage.clear()")

    def pdf(self):
        """The page as it is printed on A4."""
        return b64decode(self.do("Print", page={"width": 21, "height": 29.7}))

    def sign_in(self, session):
        self.do("AddCookie", cookie={"name": "sessionid", "value": session})

    def back(self):
        self.do("Back")

    def run(self, function, *arguments):
        """What a function of JavaScript gives in the page."""
        script = f"return ({function})(...arguments)"
        return self.do("ExecuteScript", script=script, args=arguments, sandbox=None)

    def wait_for(self, condition, *arguments):
        """What the function gives as soon as that is true of it; the page may change meanwhile."""
        for _attempt in range(100):
            if found := self.run(condition, *arguments):
                return found
            time.sleep(0.1)
        raise AssertionError(f"Never true in {self.run('() => location.href')}: {condition}")

    def see(self, selector):
        """The text of the first such element, as soon as there is one to be seen."""
        return self.wait_for(
            "s => { const e = document.querySelector(s); return e?.checkVisibility() && (e.innerText || ' ') }",
            selector,
        )

    def value(self, selector):
        return self.run("s => document.querySelector(s).value", selector)

    def find(self, selector):
        """WebDriver's name for the first such element, as soon as there is one."""
        self.wait_for("s => !!document.querySelector(s)", selector)
        return self.do("FindElement", using="css selector", value=selector)[ELEMENT]

    def type(self, selector, text):
        """What a person does: into the field, and type; a file's path chooses it."""
        self.do("ElementSendKeys", id=self.find(selector), text=text)

    def click(self, selector):
        self.do("ElementClick", id=self.find(selector))

    def copy(self, html, text="Sans mise en forme."):
        """Onto Firefox's clipboard, as another program would."""
        self.run(COPY, html, text)
        self.press("Control+c")

    def press(self, keys):
        """Keys held down together: "Control+v"."""
        held = [KEYS.get(key, key) for key in keys.split("+")]
        strokes = [{"type": "keyDown", "value": key} for key in held]
        strokes += [{"type": "keyUp", "value": key} for key in reversed(held)]
        self._keys(strokes)

    def write(self, selector, text):
        """Into the rich text editor, where the click put the cursor."""
        self.click(selector)
        self._keys([{"type": kind, "value": key} for key in text for kind in ("keyDown", "keyUp")])

    def _keys(self, strokes):
        self.do("PerformActions", actions=[{"type": "key", "id": "keys", "actions": strokes}])
