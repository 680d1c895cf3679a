// The running total of a ballot, pot by pot. The server says the same after "Update total".
const rules = new Intl.PluralRules(document.documentElement.lang);
// Only what changed is written, so that only that is read out.
const say = (line, text) => { if (line.textContent !== text) line.textContent = text; };
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (hole, name) => values[name] ?? hole);

document.querySelectorAll("form[data-ballot]").forEach((form) => {
  const words = JSON.parse(form.dataset.words);
  const nothing = form.querySelector("[data-nothing]");
  const money = (cents) => {
    const { group, point, before, after } = words.money;
    const whole = String(Math.floor(cents / 100)).replace(/\B(?=(\d{3})+$)/g, group);
    return before + whole + (cents % 100 ? point + String(cents % 100).padStart(2, "0") : "") + after;
  };
  const line = (box) => {
    const entry = document.createElement("li");
    const name = document.querySelector(`label[for="${box.id}"] bdi`).cloneNode(true);
    const cost = document.createElement("span");
    cost.className = "fm-money";
    cost.textContent = money(Number(box.dataset.cost));
    entry.append(name, " ", cost);
    return entry;
  };
  // What only helps without a script goes away: the total is always right here.
  form.querySelectorAll("[data-plain]").forEach((part) => { part.hidden = true; });
  const all = form.querySelector("[data-all]");
  const count = (n) => fill(words.counts[rules.select(n)] ?? words.counts.other, { n: n.toLocaleString(document.documentElement.lang) });
  const sum = (part) => {
    const ticked = [...form.querySelectorAll("[data-cost]")].filter((box) => box.checked && box.dataset.pot === part.dataset.sum);
    const limit = Number(part.dataset.limit);
    const spent = ticked.reduce((total, box) => total + Number(box.dataset.cost), Number(part.dataset.elsewhere));
    const n = ticked.length + Number(part.dataset.elsewhereCount);
    const values = { chosen: n.toLocaleString(document.documentElement.lang), limit: money(limit), money: money(Math.abs(limit - spent)) };
    say(part.querySelector("[data-part=count]"), words.limited ? fill(words.limited, values) : count(n));
    say(part.querySelector("[data-part=left]"), fill(spent > limit ? words.over : words.left, values));
    part.querySelector("[data-bar] rect:last-child").setAttribute("width", Math.min(100, limit ? (100 * spent) / limit : 0));
    part.classList.toggle("fm-over", form.dataset.kind === "knapsack" && spent > limit);
    part.classList.toggle("fm-many", n > Number(part.dataset.max || Infinity));
    const list = part.querySelector("[data-chosen]");
    list.querySelectorAll("li:not([data-elsewhere])").forEach((entry) => entry.remove());
    list.append(...ticked.map(line));
    return n;
  };
  const total = () => {
    const n = [...form.querySelectorAll("[data-sum]")].reduce((all, part) => all + sum(part), 0);
    if (nothing) nothing.hidden = n > 0;
    if (all) { all.hidden = false; say(all, count(n)); }
  };
  form.addEventListener("change", total);
  total();
  // A page out of the browser's memory may be seen by the next person at this screen: an empty ballot takes its place.
  addEventListener("pageshow", (event) => event.persisted && location.replace(form.action));
});
