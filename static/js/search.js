// The sheet under the search box: arrows walk the hits, Esc closes it and goes back to the box.

const box = document.getElementById("search-anywhere");
const sheet = document.getElementById("search-sheet");
const hits = () => [...sheet.querySelectorAll("[data-hit]")];

function close({ focus = false } = {}) {
  sheet.replaceChildren();
  if (focus) box.focus();
}

function walk(step) {
  const all = hits();
  const at = all.indexOf(document.activeElement);
  const next = at + step;
  if (next < 0) box.focus();
  else all[Math.min(next, all.length - 1)]?.focus();
}

if (box && sheet) {
  box.closest("form").addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!hits().length) return;
      event.preventDefault();
      walk(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Escape" && sheet.childElementCount) {
      event.preventDefault();
      event.stopPropagation();
      close({ focus: true });
    }
  });
  box.addEventListener("input", () => close());
  document.addEventListener("click", (event) => {
    if (!event.target.closest(".topbar-search")) close();
  });
}
