// The running total of a ballot, pot by pot, in the sentences that the server gave. "Update total" says the same without it.
const form = document.querySelector("form[data-ballot]");
const words = JSON.parse(form.dataset.words);
const rules = new Intl.PluralRules(words.lang);
const nothing = form.querySelector("[data-nothing]");

const money = (cents) => {
  const { before, after, group, point } = words.money;
  const whole = String(Math.floor(cents / 100)).replace(/\B(?=(\d{3})+$)/g, group);
  return before + whole + (cents % 100 ? point + String(cents % 100).padStart(2, "0") : "") + after;
};
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (hole, name) => values[name] ?? hole);
const say = (line, text) => { if (line && line.textContent !== text) line.textContent = text; };

const show = (pot) => {
  const { sum, limit, elsewhere = 0, elsewhereCount = 0 } = pot.dataset;
  const ticked = [...form.querySelectorAll("[data-cost]")].filter((box) => box.checked && box.dataset.pot === sum);
  const n = ticked.length + Number(elsewhereCount);
  const spent = ticked.reduce((all, box) => all + Number(box.dataset.cost), Number(elsewhere));
  const left = limit - spent;
  const values = { n, money: money(Math.abs(left)), limit: money(Number(limit)) };
  say(pot.querySelector("[data-part=count]"), fill(words.counts[rules.select(n)] ?? words.counts.other, values));
  say(pot.querySelector("[data-part=left]"), fill(left < 0 ? words.over : words.left, values));
  pot.querySelector("[data-fill] rect:last-child")?.setAttribute("width", Math.min(100, (100 * spent) / limit) || 0);
  pot.classList.toggle("fm-over", left < 0 && "strict" in pot.dataset);
  const list = pot.querySelector("[data-chosen]");
  list?.querySelectorAll("li:not([data-elsewhere])").forEach((line) => line.remove());
  for (const box of list ? ticked : []) {
    const line = document.createElement("li");
    const cost = document.createElement("span");
    cost.className = "fm-money";
    cost.textContent = money(Number(box.dataset.cost));
    line.append(box.labels[0].firstElementChild.cloneNode(true), " ", cost);
    list.append(line);
  }
  return n;
};

const total = () => {
  let all = 0;
  for (const pot of form.querySelectorAll("[data-sum]")) all += show(pot);
  if (nothing) nothing.hidden = all > 0;
};

form.addEventListener("change", (event) => { if (event.target.matches("[data-cost]")) total(); });
addEventListener("pageshow", total); // browsers keep ticks when one comes back
