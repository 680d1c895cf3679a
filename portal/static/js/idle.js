// A shared screen: warns a minute before the server ends the session, and leaves when it has.
const box = document.querySelector("[data-idle]");
if (box) {
  const limit = Number(box.dataset.idle) * 1000;
  let last = Date.now();
  for (const kind of ["keydown", "pointerdown"]) addEventListener(kind, () => { last = Date.now(); box.hidden = true; });
  setInterval(() => {
    const quiet = Date.now() - last;
    if (quiet > limit) document.querySelector(".fm-who")?.requestSubmit();
    else if (quiet > limit - 60000) box.hidden = false;
  }, 1000);
}
