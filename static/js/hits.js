// A box with what it finds under it, by keyboard: arrows walk the hits, Esc closes them and goes back to the box.
//
//   <div data-finder> <input data-finder-box hx-get="…"> … <div data-finder-sheet></div> </div>
//   <a data-hit href="…">                             leads somewhere
//   <button data-hit data-value="…" data-words="…">   fills the finder's [data-finder-value], and its box with the words;
//                                                     Enter in the box takes the first of them

const finderOf = (element) => element?.closest?.("[data-finder]");
const boxOf = (finder) => finder.querySelector("[data-finder-box]");
const sheetOf = (finder) => finder.querySelector("[data-finder-sheet]");
const hitsOf = (finder) => [...sheetOf(finder).querySelectorAll("[data-hit]")];
const close = (finder) => sheetOf(finder).replaceChildren();

function walk(finder, step) {
  const all = hitsOf(finder);
  const next = all.indexOf(document.activeElement) + step;
  if (next < 0) boxOf(finder).focus();
  else all[Math.min(next, all.length - 1)].focus();
}

function take(finder, hit) {
  finder.querySelector("[data-finder-value]").value = hit.dataset.value;
  boxOf(finder).value = hit.dataset.words;
  close(finder);
  boxOf(finder).focus();
}

document.addEventListener("keydown", (event) => {
  const finder = finderOf(event.target);
  if (!finder || !sheetOf(finder).childElementCount) return;
  if (event.key === "Escape") {
    event.preventDefault();
    event.stopPropagation();
    close(finder);
    boxOf(finder).focus();
  } else if (hitsOf(finder).length && ["ArrowDown", "ArrowUp"].includes(event.key)) {
    event.preventDefault();
    walk(finder, event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key === "Enter" && event.target === boxOf(finder) && hitsOf(finder)[0]?.matches("button")) {
    event.preventDefault();
    take(finder, hitsOf(finder)[0]);
  }
});

document.addEventListener("input", (event) => {
  const finder = finderOf(event.target);
  if (!finder || event.target !== boxOf(finder)) return;
  close(finder);
  const value = finder.querySelector("[data-finder-value]");
  if (value) value.value = "";
});

document.addEventListener("click", (event) => {
  const hit = event.target.closest("button[data-hit]");
  if (hit) take(finderOf(hit), hit);
  for (const finder of document.querySelectorAll("[data-finder]")) {
    if (!finder.contains(event.target)) close(finder);
  }
});

// Who went on to the next field does not want what comes afterwards.
document.addEventListener("focusout", (event) => {
  const finder = finderOf(event.target);
  if (finder && event.relatedTarget && !finder.contains(event.relatedTarget)) close(finder);
});
document.addEventListener("htmx:beforeSwap", (event) => {
  const finder = finderOf(event.detail.target);
  if (event.detail.target.matches("[data-finder-sheet]") && !finder.contains(document.activeElement)) event.detail.shouldSwap = false;
});
