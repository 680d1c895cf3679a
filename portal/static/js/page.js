// Small comforts of every page. All of it works without: the server counts, guards and keeps what was typed.
const all = (selector, act) => document.querySelectorAll(selector).forEach(act);
const errors = document.getElementById("errors");
const rules = new Intl.PluralRules(document.documentElement.lang);

if (errors) errors.focus();

// A click in the summary puts the label in sight as well as the box.
errors?.addEventListener("click", (event) => {
  const box = event.target.hash && document.getElementById(event.target.hash.slice(1));
  if (!box) return;
  event.preventDefault();
  (box.closest("fieldset")?.querySelector("legend") ?? document.querySelector(`label[for="${box.id}"]`) ?? box).scrollIntoView();
  box.focus({ preventScroll: true });
});

const grey = (form, on) => {
  form.querySelectorAll("button").forEach((b) => (on ? b.setAttribute("aria-disabled", "true") : b.removeAttribute("aria-disabled")));
  if (!on) delete form.dataset.sent;
};

// One click is enough: buttons are greyed after the form has left.
all("form[method=post]", (form) => {
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "1";
    setTimeout(() => grey(form, true));
    setTimeout(() => grey(form, false), 8000); // an answer that is a download leaves the page standing
  });
});
addEventListener("pageshow", (event) => event.persisted && all("form[data-sent]", (form) => grey(form, false)));

// How many signs are left.
all("[data-left]", (line) => {
  const box = document.getElementById(line.id.slice(0, -5));
  const spoken = line.cloneNode();
  spoken.removeAttribute("id");
  spoken.className = "govuk-visually-hidden";
  spoken.setAttribute("aria-live", "polite");
  line.after(spoken);
  let wait;
  const count = () => {
    const left = line.dataset.left - [...box.value].length;
    const texts = JSON.parse(left < 0 ? line.dataset.over : line.dataset.texts);
    const n = Math.abs(left);
    line.textContent = (texts[rules.select(n)] ?? texts.other).replace("{n}", n);
    line.classList.toggle("fm-left--over", left < 0);
    clearTimeout(wait);
    wait = setTimeout(() => { spoken.textContent = line.textContent; }, 1000);
  };
  box.addEventListener("input", count);
  if (box.value) count();
});

// Escape closes an open menu.
all("details.fm-langs, details.fm-menu", (menu) => {
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
});

// Unsaved changes: the browser asks before the page is left.
all("form[data-leave], form[data-guard]", (form) => {
  let changed = "touched" in form.dataset;
  form.addEventListener("input", () => { changed = true; });
  form.addEventListener("submit", () => { changed = false; });
  addEventListener("pageshow", (event) => { changed &&= !event.persisted; });
  addEventListener("beforeunload", (event) => changed && event.preventDefault());
});

// Not everybody finds the browser's own way to print.
all("[data-print]", (button) => {
  button.hidden = false;
  button.addEventListener("click", () => print());
});
