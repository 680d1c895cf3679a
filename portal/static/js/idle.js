// A shared screen: asks in time whether somebody is still there, and leaves nothing behind. The server ends the session
// by itself; without this script the browser goes on to its question.
const box = document.getElementById("terminal");
if (box?.dataset.limit) {
  const { limit, question, long, more, closed, token, signed, alive } = box.dataset;
  const dialog = box.querySelector("dialog"), left = box.querySelector("[data-left-seconds]"), finish = document.getElementById("finish");
  let last = Date.now(), told = last, away = false, over = false;
  const tell = (url, send) => { const form = new FormData(); form.set("csrf_token", token); form.set("long", long); send(url, form); };
  const stay = () => { told = Date.now(); if (signed !== undefined) tell(more, (url, body) => fetch(url, { method: "POST", body, keepalive: true }).catch(() => {})); };
  const step = () => { if (dialog.open || over) return; last = Date.now(); if (last - told > 20000) stay(); };
  const end = () => { over = true; finish.requestSubmit(); };
  for (const kind of ["keydown", "pointerdown", "input", "wheel"]) addEventListener(kind, step, { passive: true });
  const keep = document.getElementById("keep"), keeper = dialog.querySelector("[data-keep]"); // a long form can be taken along
  if (keep) { keeper.hidden = false; keeper.addEventListener("click", () => { dialog.close(); keep.click(); }); }
  dialog.addEventListener("close", () => { last = Date.now(); stay(); });
  // leaving by a link or a form is no closing; a question of another form is not asked when the time is over
  addEventListener("submit", () => { away = true; });
  addEventListener("click", (event) => { if (event.target.closest?.("a[href]")) away = true; });
  addEventListener("beforeunload", (event) => { if (over) event.stopImmediatePropagation(); }, true);
  addEventListener("pagehide", () => { if (!away && signed !== undefined) tell(closed, (url, body) => navigator.sendBeacon(url, body)); });
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); away = false; });
  if (alive !== undefined) setTimeout(stay, 400);
  setInterval(() => {
    const quiet = Math.floor((Date.now() - last) / 1000) - limit;
    if (over || quiet < 0) return;
    if (quiet >= question) return end();
    if (!dialog.open) dialog.showModal();
    left.textContent = question - quiet;
  }, 1000);
}
