// The running total of a ballot. The server says the same after "Update total".
const rules = new Intl.PluralRules(document.documentElement.lang);

document.querySelectorAll("form[data-ballot]").forEach((form) => {
  const { group, point, before, after } = JSON.parse(form.dataset.money);
  const limit = Number(form.dataset.limit || 0);
  const most = Number(form.dataset.max || Infinity);
  const aside = form.querySelector(".fm-ballot__sum");
  const fill = aside.querySelector("[data-bar] rect:last-child");
  const part = (name) => aside.querySelector(`[data-part=${name}]`);
  const money = (cents) => {
    const whole = String(Math.floor(cents / 100)).replace(/\B(?=(\d{3})+$)/g, group);
    return before + whole + (cents % 100 ? point + String(cents % 100).padStart(2, "0") : "") + after;
  };
  const total = () => {
    const ticked = [...form.querySelectorAll("[data-cost]")].filter((box) => box.checked);
    const spent = ticked.reduce((sum, box) => sum + Number(box.dataset.cost), Number(form.dataset.elsewhere || 0));
    const n = ticked.length + Number(form.dataset.elsewhereCount || 0);
    const over = limit > 0 && spent > limit;
    const values = { n, limit: money(limit), spent: money(spent), money: money(Math.abs(limit - spent)) };
    const say = (line, text) => { line.textContent = text.replace(/\{(\w+)\}/g, (hole, name) => values[name] ?? hole); };
    const count = part("count");
    if (count) { const texts = JSON.parse(count.dataset.texts); say(count, texts[rules.select(n)] ?? texts.other); }
    const left = part("left");
    if (left) say(left, over ? left.dataset.over : left.dataset.text);
    const spentLine = part("spent");
    if (spentLine) say(spentLine, spentLine.dataset.text);
    fill?.setAttribute("width", limit ? Math.min(100, (100 * spent) / limit) : Math.min(100, (100 * n) / most));
    aside.classList.toggle("fm-over", over || n > most);
  };
  form.addEventListener("change", total);
  total();
});
