// Ideas that may be the same, while a title is typed. Without this the page before sending shows them.
const list = document.querySelector("[data-similar]");
const box = list && document.getElementById(list.dataset.box);
let wait, asked = "";

const row = (one) => {
  const item = document.createElement("li");
  const link = document.createElement("a");
  const title = document.createElement("bdi");
  const note = document.createElement("p");
  link.href = one.url;
  link.target = "_blank"; // what is typed stays where it is
  link.rel = "noopener";
  title.lang = one.lang;
  title.dir = one.dir;
  title.textContent = one.title;
  note.textContent = one.supports;
  link.append(title);
  item.append(link, note);
  return item;
};

const ask = async () => {
  const words = box.value.trim();
  if (words === asked) return;
  asked = words;
  if (words.length < 4) { list.hidden = true; return; }
  try {
    const answer = await fetch(`${list.dataset.similar}?q=${encodeURIComponent(words)}`, { headers: { Accept: "application/json" } });
    if (!answer.ok || words !== asked) return;
    const { ideas } = await answer.json();
    list.querySelector("ul").replaceChildren(...ideas.map(row));
    list.hidden = !ideas.length;
  } catch { /* offline: the check page still shows them */ }
};

box?.addEventListener("input", () => { clearTimeout(wait); wait = setTimeout(ask, 400); });
if (box?.value) ask();
