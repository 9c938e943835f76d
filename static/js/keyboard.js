// Shortcuts are attributes on the real controls:  <button data-key="v" …>Void <kbd>v</kbd></button>,  <a data-key="g d" …>.
// `data-key-too` is a second key of the same control. A key is looked for in the current row, then in the panel, then on the page, and the control is clicked (or focused, if one types in it).
// Never while typing, never inside a dialog, never with Ctrl, Alt or Meta. The help on ? is made from the same attributes.
// Keys can be turned off and changed there (WCAG 2.1.4); the choice stays in this browser.

import { show } from "./dialogs.js";
import { closePanel, current, enter, enterSelection, hasSelection, isPanelOpen, move, rows, toggleSelected } from "./worklist.js";

const OFF = "face.keys.off";
const CHANGED = "face.keys";
const SEQUENCE_MS = 1200;

const BUILT_IN = [
  { key: "j", words: "Next row", act: () => move(1), when: () => rows().length },
  { key: "k", words: "Previous row", act: () => move(-1), when: () => rows().length },
  { key: "Enter", words: "Open the row; once more, go into it", act: () => enter(current()), when: () => current() },
  { key: "x", words: "Select the row", act: () => toggleSelected(current()), when: () => current() },
  { key: "B", words: "What to do with the selected", act: enterSelection, when: hasSelection },
  { key: "Escape", words: "Close the panel", act: () => closePanel(), when: () => isPanelOpen() },
  { key: "?", words: "Show these keys", act: showHelp, when: () => true },
];

let begun = "";
let begunTimer;
let listening = null;

const changedKeys = () => JSON.parse(localStorage.getItem(CHANGED) ?? "{}");
const areOff = () => localStorage.getItem(OFF) === "yes";
const actual = (key) => changedKeys()[key] ?? key;

function isTyping(element) {
  return element.matches("textarea, select, [contenteditable]") || (element.matches("input") && !/^(checkbox|radio|button|submit)$/.test(element.type));
}

function isOperable(control) {
  return !control.disabled && control.getClientRects().length > 0;
}

function controlFor(key) {
  const wanted = (control) => [control.dataset.key, control.dataset.keyToo].some((one) => one && actual(one) === key) && (isOperable(control) || control.closest("details.menu, [data-row]"));
  for (const place of [current(), document.getElementById("panel"), document]) {
    const found = place && [...place.querySelectorAll("[data-key]")].filter((control) => place !== document || !control.closest("[data-row], #panel")).find(wanted);
    if (found && !found.disabled) return found;
  }
  return null;
}

function use(control) {
  if (isTyping(control)) {
    control.focus();
    control.select?.();
  } else {
    control.click();
  }
}

function hasSequence(start) {
  return [...document.querySelectorAll("[data-key]")].some((control) => actual(control.dataset.key).startsWith(`${start} `));
}

function act(key) {
  const built = BUILT_IN.find((one) => actual(one.key) === key && one.when());
  const control = controlFor(key);
  if (control) use(control);
  else if (built) built.act();
  return Boolean(control || built);
}

document.addEventListener("keydown", (event) => {
  if (listening) return take(event);
  if (event.key === "Escape") {
    dismissHints();
    if (isTyping(event.target)) return event.target.blur();
  }
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return undefined;
  if (isTyping(event.target) || document.querySelector("dialog[open]")) return undefined;
  if (areOff() && !["Escape", "Enter"].includes(event.key)) return undefined;
  return handle(event);
});

function handle(event) {
  let key = event.key;
  const onControl = event.target.closest("button, summary, a, input");
  if (key === "Enter" && onControl && !onControl.matches("a[data-open], input[data-select]")) return;
  if ((key === "ArrowDown" || key === "ArrowUp") && event.target.closest("[data-row]")) key = key === "ArrowDown" ? actual("j") : actual("k");
  if (begun) {
    key = `${begun} ${key}`;
    begun = "";
  } else if (key.length === 1 && hasSequence(key) && !controlFor(key)) {
    begun = key;
    clearTimeout(begunTimer);
    begunTimer = setTimeout(() => (begun = ""), SEQUENCE_MS);
    event.preventDefault();
    return;
  }
  if (act(key)) event.preventDefault();
}

function dismissHints() {
  for (const hint of document.querySelectorAll(".hint:hover, .hint:focus, .hint:focus-within")) {
    hint.dataset.dismissed = "";
    const again = () => delete hint.dataset.dismissed;
    hint.addEventListener("pointerleave", again, { once: true });
    hint.addEventListener("blur", again, { once: true });
  }
}

// The help ------------------------------------------------------------------------------------------------

function wordsOf(control) {
  if (control.dataset.keyWords) return control.dataset.keyWords;
  const copy = control.cloneNode(true);
  copy.querySelectorAll("kbd, svg, .rail-count").forEach((extra) => extra.remove());
  return (copy.textContent.trim() || control.getAttribute("aria-label") || control.placeholder || control.title).replace(/\s+/g, " ");
}

// By place, as the keys are looked for: the same letter may mean one thing in the open item and another on the page.
function known() {
  const places = new Map([["The list", new Map(BUILT_IN.map((one) => [one.key, one.words]))]]);
  for (const control of document.querySelectorAll("[data-key]")) {
    const { key } = control.dataset;
    const place = control.closest("#item") ? "The open item" : key.includes(" ") ? "Go to" : "This page";
    if (!places.has(place)) places.set(place, new Map());
    if (!places.get(place).has(key)) places.get(place).set(key, wordsOf(control));
  }
  return ["The list", "The open item", "This page", "Go to"].filter((name) => places.has(name)).map((name) => [name, [...places.get(name)]]);
}

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function keyLine([key, words]) {
  const shown = element("kbd", { textContent: actual(key).replace("Escape", "Esc") });
  const change = element("button", { type: "button", className: "btn btn-sm btn-quiet", textContent: "Change" });
  change.setAttribute("aria-label", `Change the key for ${words}`);
  change.addEventListener("click", () => {
    listening = { key, change };
    change.textContent = "Press a key";
  });
  const fixed = key === "Enter" || key === "Escape" || key.includes(" ");
  return element("li", {}, shown, element("span", { textContent: words }), ...(fixed ? [] : [change]));
}

function take(event) {
  event.preventDefault();
  const { key } = listening;
  listening = null;
  const taken = known().flatMap(([, keys]) => keys).some(([other]) => other !== key && actual(other) === event.key);
  if (event.key.length === 1 && event.key !== " " && !taken) {
    localStorage.setItem(CHANGED, JSON.stringify({ ...changedKeys(), [key]: event.key }));
  }
  fillHelp();
}

function fillHelp() {
  const dialog = document.getElementById("keys-help");
  const sections = known().map(([place, keys]) => element("section", {}, element("h3", { textContent: place }), element("ul", { className: "keys" }, ...keys.map(keyLine))));
  dialog.querySelector("[data-keys]").replaceChildren(...sections);
  dialog.querySelector("[data-keys-off]").checked = areOff();
}

function showHelp() {
  const dialog = document.getElementById("keys-help");
  if (!dialog) return;
  fillHelp();
  show(dialog);
}

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-keys-off]")) localStorage.setItem(OFF, event.target.checked ? "yes" : "no");
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-keys-help]")) showHelp();
  if (event.target.closest("[data-keys-reset]")) {
    localStorage.removeItem(CHANGED);
    fillHelp();
  }
});
