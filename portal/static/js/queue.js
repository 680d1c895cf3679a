// Keys in the moderators' table. They work only while a row has the focus, so no aid's own keys are taken.
const table = document.querySelector("[data-queue]");
const help = document.querySelector("[data-keys]");
if (table) {
  if (help) help.hidden = false;
  table.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const row = event.target.closest("tbody tr");
    if (!row) return;
    const rows = [...table.querySelectorAll("tbody tr")];
    const key = event.key.toLowerCase();
    if (key === "j" || key === "k") {
      const next = rows[rows.indexOf(row) + (key === "j" ? 1 : -1)];
      next?.querySelector("a")?.focus();
    } else if (key === "x") {
      row.querySelector("input[type=checkbox]")?.click();
    } else return;
    event.preventDefault();
  });
}
