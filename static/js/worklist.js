// A list worked row by row: the current row, the selection with its dollars, the panel beside the list,
// and the promise that focus is never lost when rows come and go.
//
//   <main class="work-area">  <header>…</header>  <div class="list-pane">…</div>  <aside id="panel" class="panel">…</aside>  </main>
//   <tbody id="denial-…" data-row data-cents="12300">  <a data-open href hx-get hx-target="#panel">  <input type="checkbox" data-select>
//   HX-Trigger: {"worklist:left": {"row": "denial-…"}}   the item left this list: its row goes, the next one takes its place

import { announce } from "./toast.js";

const NARROW = window.matchMedia("(max-width: 860px)");
const money = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" });

let currentId = null;
let currentIndex = 0;
let openId = null;
let lastTicked = null;

const area = () => document.querySelector(".work-area");
const panel = () => document.getElementById("panel");
const link = (row) => row?.querySelector("a[data-open]");
export const rows = () => [...document.querySelectorAll("[data-row]")];
export const current = () => (currentId ? document.getElementById(currentId) : null);
// Open from the moment it was asked for: the next key must not fall between the answer and its settling.
export const isPanelOpen = () => openId !== null;

export function setCurrent(row, { focus = true } = {}) {
  for (const other of document.querySelectorAll("[data-row].current")) {
    if (other !== row) {
      other.classList.remove("current");
      link(other)?.removeAttribute("aria-current");
    }
  }
  if (!row) return;
  row.classList.add("current");
  link(row)?.setAttribute("aria-current", "true");
  currentId = row.id;
  currentIndex = rows().indexOf(row);
  if (focus) {
    link(row)?.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }
}

export function move(step) {
  const all = rows();
  if (!all.length) return;
  const at = current() ? all.indexOf(current()) : step > 0 ? -1 : all.length;
  const next = all[Math.min(all.length - 1, Math.max(0, at + step))];
  const stayInPanel = isPanelOpen();
  setCurrent(next);
  if (stayInPanel) openPanel(next, { replace: true });
}

export function openPanel(row, { replace = false } = {}) {
  const anchor = link(row);
  if (!anchor) return;
  setCurrent(row, { focus: false });
  if (NARROW.matches || !panel() || !anchor.getAttribute("hx-get")) {
    window.location.assign(anchor.href);
    return;
  }
  remember(row.id, replace || isPanelOpen());
  openId = row.id;
  window.htmx.ajax("GET", anchor.getAttribute("hx-get"), { source: panel(), target: "#panel", swap: "innerHTML show:none" });
}

// Once more on the row that is open: into its panel, where arrows scroll and Tab leads from link to link.
export function enter(row) {
  if (row.id === openId && panel().childElementCount) panel().focus({ preventScroll: true });
  else openPanel(row);
}

export function closePanel({ address = true } = {}) {
  if (!isPanelOpen()) return false;
  openId = null;
  panel().replaceChildren();
  area().classList.remove("with-panel");
  if (address) remember(null, true);
  if (current()) setCurrent(current());
  return true;
}

// The open item is in the address (an opaque id), so that back, reload and a shared link all do what one expects.
function remember(id, replace) {
  const address = new URL(window.location.href);
  if (id) address.searchParams.set("open", id);
  else address.searchParams.delete("open");
  if (address.href === window.location.href) return;
  window.history[replace ? "replaceState" : "pushState"]({ panel: id }, "", address);
}

function openFromAddress() {
  const id = new URL(window.location.href).searchParams.get("open");
  const row = id && document.getElementById(id);
  if (row?.matches("[data-row]") && NARROW.matches) window.location.replace(link(row).href);
  else if (row?.matches("[data-row]")) openPanel(row, { replace: true });
  else closePanel({ address: false });
}

export function toggleSelected(row) {
  const box = row?.querySelector("input[data-select]");
  if (box) box.click();
}

const actions = () => document.querySelector("[data-selection-bar]:not([hidden]) button");
export const hasSelection = () => Boolean(actions());

// From the ticked rows to what can be done with them, however long the list is.
export function enterSelection() {
  actions().focus();
}

function boxes() {
  return [...document.querySelectorAll("input[data-select]")];
}

function showSelection() {
  const chosen = boxes().filter((box) => box.checked);
  let cents = 0;
  for (const box of boxes()) box.closest("[data-row]")?.classList.toggle("selected", box.checked);
  for (const box of chosen) cents += Number(box.closest("[data-row]")?.dataset.cents ?? 0);
  const bar = document.querySelector("[data-selection-bar]");
  if (bar) {
    bar.hidden = chosen.length === 0;
    bar.querySelector("[data-selection-count]").textContent = `${chosen.length} selected`;
    const dollars = bar.querySelector("[data-selection-money]");
    if (dollars) dollars.textContent = money.format(cents / 100);
  }
  const all = document.querySelector("input[data-select-all]");
  if (all) {
    all.checked = chosen.length > 0 && chosen.length === boxes().length;
    all.indeterminate = chosen.length > 0 && !all.checked;
  }
  announce(chosen.length ? `${chosen.length} selected, ${money.format(cents / 100)}` : "");
}

document.addEventListener("change", (event) => {
  if (event.target.matches("input[data-select-all]")) {
    for (const box of boxes()) box.checked = event.target.checked;
    showSelection();
  }
  if (event.target.matches("input[data-select]")) showSelection();
});

document.addEventListener("click", (event) => {
  const box = event.target.closest("input[data-select]");
  if (box) {
    const all = boxes();
    if (event.shiftKey && lastTicked?.isConnected) {
      const [from, to] = [all.indexOf(lastTicked), all.indexOf(box)].sort((a, b) => a - b);
      for (const between of all.slice(from, to + 1)) between.checked = box.checked;
      showSelection();
    }
    lastTicked = box;
    return;
  }
  if (event.target.closest("[data-selection-clear]")) {
    for (const one of boxes()) one.checked = false;
    showSelection();
    setCurrent(current() ?? rows()[0]);
    return;
  }
  if (event.target.closest("[data-panel-close]")) {
    event.preventDefault();
    closePanel();
    return;
  }
  const row = event.target.closest("[data-row]");
  if (row && !event.target.closest("a, button, input, select, label, summary, textarea")) {
    if (isPanelOpen()) openPanel(row);
    setCurrent(row);
  }
});

// Before htmx sees the click: the address, the current row and the panel change together. A modified click stays the browser's.
document.addEventListener(
  "click",
  (event) => {
    const anchor = event.target.closest("a[data-open]");
    if (!anchor || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    event.stopPropagation();
    openPanel(anchor.closest("[data-row]"));
  },
  true,
);

document.addEventListener("focusin", (event) => {
  const row = event.target.closest?.("[data-row]");
  if (row && row.id !== currentId) setCurrent(row, { focus: false });
});

// Focus after a swap: the same element where it still stands, else the row that took its place.
let focusedId = null;
let focusWasInList = false;
document.addEventListener("htmx:beforeSwap", () => {
  const active = document.activeElement;
  focusedId = active?.id || null;
  focusWasInList = Boolean(active?.closest?.("[data-row]"));
  if (current()) currentIndex = rows().indexOf(current());
});
// A row's own button may fill the panel too: then the panel is that row's.
document.addEventListener("htmx:beforeRequest", (event) => {
  const row = event.detail.elt.closest?.("[data-row]");
  if (!row || event.detail.target?.id !== "panel") return;
  setCurrent(row, { focus: false });
  remember(row.id, isPanelOpen());
  openId = row.id;
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id === "panel" || event.detail?.target?.id === "panel") panelArrived();
  showSelection();
  if (current() && !current().classList.contains("current")) setCurrent(current(), { focus: false });
  const lost = !document.activeElement || document.activeElement === document.body;
  if (!lost) return;
  const same = focusedId && document.getElementById(focusedId);
  if (same) same.focus({ preventScroll: true });
  else if (focusWasInList || current()) setCurrent(current() ?? rows()[Math.min(currentIndex, rows().length - 1)]);
});

function panelArrived() {
  if (!isPanelOpen()) panel().replaceChildren(); // closed while its answer was on the way
  if (!panel().childElementCount) return;
  area().classList.add("with-panel");
  panel().scrollTop = 0;
  current()?.scrollIntoView({ block: "nearest" });
  if (document.activeElement === document.body) panel().focus({ preventScroll: true });
}

document.addEventListener("worklist:left", (event) => {
  const leaving = document.getElementById(event.detail.row ?? event.detail.value);
  const all = rows();
  const at = leaving ? all.indexOf(leaving) : currentIndex;
  const wasOpen = isPanelOpen();
  leaving?.remove();
  const next = rows()[Math.min(at, rows().length - 1)];
  if (!next) {
    closePanel();
    document.querySelector("main h1")?.focus();
    return;
  }
  setCurrent(next);
  if (wasOpen) openPanel(next, { replace: true });
});

window.addEventListener("popstate", openFromAddress);
if (area()) {
  showSelection();
  openFromAddress();
}
