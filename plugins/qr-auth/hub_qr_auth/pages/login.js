"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const ROTATIONS = 15; // then somebody has to ask for another code: nobody is in front of the screen
  // Behind the "#", so that no server on the way has it in its log.
  const ticket = new URLSearchParams(location.hash.slice(1)).get("ticket") || "";
  let attempt = null;
  let left = ROTATIONS;

  const send = async (page, fields) => {
    const reply = await fetch(page, { method: "POST", body: new URLSearchParams(fields), credentials: "same-origin" });
    return { status: reply.status, after: Number(reply.headers.get("retry-after")) || 0, value: await reply.json() };
  };
  const wait = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

  const stop = (text) => {
    attempt = null;
    byId("problem").textContent = text;
    byId("problem").hidden = byId("again").hidden = false;
    byId("picture").classList.add("faded");
    byId("number").textContent = "··";
    byId("time").value = 0;
  };

  const show = (value) => {
    const now = performance.now() / 1000;
    attempt = { code: value.device_code, ends: now + value.expires_in, turns: now + value.refresh_in, lasts: value.expires_in,
                interval: value.interval, scanned: value.scanned };
    byId("picture").src = value.picture;
    byId("picture").hidden = false;
    byId("number").textContent = value.number;
    byId("problem").hidden = byId("again").hidden = true;
    tell();
  };

  const tell = () => {
    byId("picture").classList.toggle("faded", attempt.scanned);
    byId("hint").textContent = attempt.scanned ? "Now confirm on your phone." : "Point your phone's camera at the code.";
  };

  const begin = async () => {
    const reply = await send("begin", { device_code: attempt ? attempt.code : "", ticket });
    if (reply.status !== 200) { stop(reply.value.text || "The hub does not answer as it should."); return; }
    show(reply.value);
  };

  const poll = async () => {
    const { value } = await send("poll", { device_code: attempt.code });
    if (value.status === "approved") {
      byId("device_code").value = attempt.code;
      attempt = null;
      byId("redeem").submit();
    } else if (value.error === "access_denied") {
      stop("This sign-in was denied.");
    } else if (value.error === "expired_token") {
      await turn();
    } else if (value.interval) {
      attempt.interval = value.interval;
      if (value.scanned !== attempt.scanned) { attempt.scanned = value.scanned; tell(); }
    }
  };

  const turn = async () => {
    left -= 1;
    if (left < 0) stop("Nobody has scanned the code."); else await begin();
  };

  const run = async () => {
    try {
      await begin();
      while (attempt) {
        await wait(attempt.interval);
        const now = performance.now() / 1000;
        if (!attempt.scanned && now >= attempt.turns) await turn(); else await poll();
      }
    } catch (error) {
      stop("The hub does not answer.");
    }
  };

  setInterval(() => {
    if (attempt) byId("time").value = Math.max(0, attempt.ends - performance.now() / 1000) / attempt.lasts;
  }, 500);
  byId("again").addEventListener("click", () => { left = ROTATIONS; attempt = null; run(); });
  run();
})();
