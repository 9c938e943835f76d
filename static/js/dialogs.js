// Native <dialog> and <details class="menu">: open, close, and give focus back to where it came from.
//   <button data-dialog-open="#write-off">   opens a dialog that is on the page
//   <dialog data-autoshow>                   opens when htmx puts it on the page
//   <button data-dialog-close>               closes the dialog around it
//   HX-Trigger: dialog:close                 closes whatever is open (after a form in it succeeded)
//   <button data-print>                      opens the browser's own print dialog

import { announce } from "./toast.js";

const cameFrom = new WeakMap();

export function show(dialog, opener = document.activeElement) {
  if (dialog.open) return;
  cameFrom.set(dialog, { opener, id: opener?.id, before: document.activeElement });
  dialog.showModal();
  const first = dialog.querySelector("[autofocus], [aria-invalid='true'], input:not([type=hidden]), select, textarea");
  (first ?? dialog.querySelector("button"))?.focus();
}

// A line of a [data-movable] list goes one up or down; focus stays on the button that moved it.
function moveLine(button) {
  const line = button.closest("li");
  const other = button.dataset.move === "1" ? line.nextElementSibling : line.previousElementSibling;
  if (!other) return;
  if (button.dataset.move === "1") other.after(line);
  else other.before(line);
  button.focus();
  const place = [...line.parentElement.children].indexOf(line) + 1;
  announce(`${line.querySelector("label").textContent.trim()}: place ${place} of ${line.parentElement.children.length}`);
}

// "close" comes after the browser has given focus back: by then a key may have moved it on, and it stays there.
function giveFocusBack(dialog) {
  const from = cameFrom.get(dialog);
  const now = document.activeElement;
  if (!from || (now !== document.body && now !== from.before && !dialog.contains(now))) return;
  const target = from.opener?.isConnected ? from.opener : from.id && document.getElementById(from.id);
  const menu = target?.closest?.("details.menu:not([open])");
  (menu ? menu.querySelector("summary") : target)?.focus?.({ preventScroll: true });
}

document.addEventListener("close", (event) => event.target.matches?.("dialog") && giveFocusBack(event.target), true);
document.addEventListener("dialog:close", () => document.querySelectorAll("dialog[open]").forEach((dialog) => dialog.close()));

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog-open]");
  if (opener) {
    event.preventDefault();
    const dialog = document.querySelector(opener.dataset.dialogOpen);
    if (dialog) show(dialog, opener);
  }
  const closer = event.target.closest("[data-dialog-close]");
  if (closer) closer.closest("dialog")?.close();
  if (event.target.closest("[data-print]")) window.print();
  if (event.target.matches("dialog[data-light]")) event.target.close();
  const mover = event.target.closest("[data-move]");
  if (mover) moveLine(mover);
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target) || event.target.closest(".menu-sheet [data-dialog-open]")) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = event.target.closest?.("details.menu[open]") ?? document.querySelector("details.menu[open]");
  if (menu) {
    event.preventDefault();
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

document.addEventListener("htmx:afterSettle", () => {
  for (const dialog of document.querySelectorAll("dialog[data-autoshow]:not([open])")) {
    delete dialog.dataset.autoshow;
    show(dialog);
  }
  const invalid = document.querySelector("dialog[open] [aria-invalid='true'], form [aria-invalid='true']");
  if (invalid && !invalid.contains(document.activeElement)) invalid.focus();
});

// A page that is a form begins in its first field, or in the first that is wrong.
const first = document.querySelector("form[data-focus-first] [aria-invalid='true']")
  ?? document.querySelector("form[data-focus-first] :is(input:not([type=hidden]), select, textarea)");
if (first && document.activeElement === document.body) first.focus();

// A day or a number that is only half written reaches the server as nothing: the browser says so, and it is not sent.
document.addEventListener("submit", (event) => {
  const halfWritten = [...event.target.elements].find((field) => field.validity?.badInput && field.checkVisibility());
  if (!halfWritten) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  halfWritten.reportValidity();
}, true);
