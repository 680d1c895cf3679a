// Who came: ticks go out one by one and stay with this page, reloaded or not, while the network is gone. What is kept is the number of
// a booking, yes or no, the time and a mark by which the portal knows the tick again: never a name.
const list = document.querySelector("[data-ticks]");
const line = document.querySelector("#waiting");
if (list && line) {
  const to = list.dataset.ticks;
  const store = `ticks:${to}`;
  let memory = [];
  let busy = false;

  const read = () => {
    try {
      return JSON.parse(sessionStorage.getItem(store) || "[]");
    } catch {
      return memory;
    }
  };
  const write = (ticks) => {
    memory = ticks;
    try {
      if (ticks.length) sessionStorage.setItem(store, JSON.stringify(ticks));
      else sessionStorage.removeItem(store);
    } catch {
      // a private window that stores nothing: they live as long as the page
    }
  };
  const tell = (words) => {
    line.hidden = !words;
    line.textContent = words || "";
  };
  const waits = (n) => (n === 1 ? line.dataset.one : line.dataset.many).replace("{n}", n.toLocaleString(document.documentElement.lang));
  const show = (tick) => {
    const place = list.querySelector(`[data-state="${tick.booking}"]`);
    const tag = place?.querySelector(".fm-tag");
    if (!tag) return;
    tag.textContent = tick.came === "1" ? place.dataset.yes : place.dataset.no;
    tag.className = `fm-tag fm-tag--${tick.came === "1" ? "green" : "grey"}`;
  };
  const token = () => list.querySelector("[name=csrf_token]")?.value || "";

  // One after the other, oldest first; what was heard of is forgotten here, the rest is tried again.
  const send = async (said) => {
    if (busy) return;
    busy = true;
    try {
      for (let ticks = read(); ticks.length; ticks = read()) {
        const { booking, came, nonce, at } = ticks[0];
        const body = new URLSearchParams({ booking, came, nonce, at: String(at), csrf_token: token() });
        let answer;
        try {
          answer = await fetch(to, { method: "POST", body, redirect: "manual", credentials: "same-origin" });
        } catch {
          tell(waits(ticks.length));
          return;
        }
        if (answer.status === 204 || answer.status === 404) write(ticks.slice(1));
        else if (answer.status === 409) {
          write(ticks.slice(1));
          const { reason } = await answer.json().catch(() => ({}));
          tell(reason);
          return;
        } else {
          // signed out meanwhile, or the portal is busy: nothing is lost
          tell(answer.status >= 500 || answer.status === 429 ? waits(ticks.length) : line.dataset.again);
          return;
        }
      }
      tell(said ? line.dataset.sent : "");
    } finally {
      busy = false;
    }
  };

  list.addEventListener("submit", (event) => {
    const form = event.target;
    event.preventDefault();
    const tick = {
      booking: form.elements.booking.value,
      came: form.elements.came.value,
      nonce: crypto.randomUUID?.() || `${Date.now()}-${Math.random().toString(36).slice(2)}`,
      at: Date.now(),
    };
    write([...read().filter((one) => one.booking !== tick.booking), tick]);
    show(tick);
    send(true);
  });
  addEventListener("online", () => send(true));
  setInterval(() => read().length && send(true), 15000);
  read().forEach(show);
  if (read().length) send(true);
}
