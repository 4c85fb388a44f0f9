"""A real browser: Chromium without a window, spoken to over its DevTools protocol."""

import asyncio
import base64
import json
import shutil
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

PROGRAM = shutil.which("chromium")
_PATIENCE = 20.0  # seconds
_OPTIONS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--force-device-scale-factor=1",
    "--remote-debugging-port=0",
)


class Chromium:
    """One browser that runs."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._number = 0
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self.complaints: list[str] = []
        """What pages were refused by their own policy, and errors of their scripts."""

    async def ask(self, method: str, session: str | None = None, **parameters: Any) -> dict[str, Any]:
        """Give a command and return its result."""
        self._number += 1
        self._waiting[self._number] = asyncio.get_running_loop().create_future()
        message = {"id": self._number, "method": method, "params": parameters, **({"sessionId": session} if session else {})}
        await self._socket.send(json.dumps(message))
        async with asyncio.timeout(_PATIENCE):
            return await self._waiting[self._number]

    async def tab(self, width: int, height: int, *, dark: bool = False) -> "Tab":
        """Open a tab with cookies of its own, as on another computer."""
        context = (await self.ask("Target.createBrowserContext"))["browserContextId"]
        target = (await self.ask("Target.createTarget", url="about:blank", browserContextId=context))["targetId"]
        session = (await self.ask("Target.attachToTarget", targetId=target, flatten=True))["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            await self.ask(f"{domain}.enable", session)
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
        await self.ask("Emulation.setDeviceMetricsOverride", session, **size)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        await self.ask("Emulation.setEmulatedMedia", session, features=[scheme])
        return Tab(self, session)

    async def listen(self) -> None:
        """Take what the browser says, until it ends."""
        async for text in self._socket:
            message = json.loads(text)
            waiting = self._waiting.pop(message.get("id", 0), None)
            if waiting is not None and not waiting.done():
                waiting.set_result(message.get("result", {"error": message.get("error")}))
            if message.get("method") == "Log.entryAdded" and message["params"]["entry"]["source"] in ("security", "javascript"):
                self.complaints.append(message["params"]["entry"]["text"])
            if message.get("method") == "Runtime.exceptionThrown":
                self.complaints.append(str(message["params"]["exceptionDetails"]))


class Tab:
    """One tab."""

    def __init__(self, browser: Chromium, session: str) -> None:
        self._browser, self._session = browser, session

    async def open(self, url: str) -> None:
        """Go to an address."""
        await self._browser.ask("Page.navigate", self._session, url=url)

    async def evaluate(self, expression: str) -> Any:
        """Return what an expression comes to, in the page."""
        answer = await self._browser.ask("Runtime.evaluate", self._session, expression=expression, returnByValue=True)
        return answer.get("result", {}).get("value")

    async def until(self, expression: str) -> Any:
        """Wait until the expression is true; return what it came to. Raises AssertionError that shows the page."""
        end = asyncio.get_running_loop().time() + _PATIENCE
        while not (value := await self.evaluate(expression)):
            if asyncio.get_running_loop().time() > end:
                raise AssertionError(f"never so: {expression}; the page says: {await self.evaluate('document.body.innerText')}")
            await asyncio.sleep(0.05)  # the page tells nobody when it changes
        return value

    async def picture(self) -> bytes:
        """Return what is seen, as PNG."""
        answer = await self._browser.ask("Page.captureScreenshot", self._session, format="png")
        return base64.b64decode(answer["data"])

    async def read(self) -> str:
        """Return all words that are seen."""
        return str(await self.evaluate("document.body.innerText"))


@asynccontextmanager
async def running() -> AsyncGenerator[Chromium, None]:
    """Start a browser, and end it with all that it has started."""
    assert PROGRAM is not None
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        process = await asyncio.create_subprocess_exec(
            PROGRAM,
            *_OPTIONS,
            f"--user-data-dir={folder}",
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            async with connect(await _address(Path(folder)), max_size=None, proxy=None) as socket:
                browser = Chromium(socket)
                listening = asyncio.create_task(browser.listen())
                yield browser
                await browser.ask("Browser.close")
                await asyncio.wait_for(process.wait(), _PATIENCE)
                await asyncio.gather(listening, return_exceptions=True)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


async def _address(folder: Path) -> str:
    file = folder / "DevToolsActivePort"
    async with asyncio.timeout(_PATIENCE):
        while not file.exists() or file.read_text().count("\n") < 1:
            await asyncio.sleep(0.05)  # the file is all that tells
    port, path = file.read_text().splitlines()[:2]
    return f"ws://127.0.0.1:{port}{path}"
