// Before the session ends for idleness it says so and lets one stay; what was being written is kept for the same person.
//   <html data-idle-seconds="900" data-keep-alive="/session/" data-sign-in="/accounts/login/" data-person="…">
// Drafts: any field with data-draft="name" is kept in this tab only, under the person's id, until its form is sent.

const WARN_SECONDS = 120;
const root = document.documentElement;
const idleSeconds = Number(root.dataset.idleSeconds || 0);
const STAMP = "face.last-request";

const seen = () => localStorage.setItem(STAMP, String(Date.now()));
const left = () => idleSeconds - (Date.now() - Number(localStorage.getItem(STAMP) || Date.now())) / 1000;

async function stay() {
  const answer = await fetch(root.dataset.keepAlive, { headers: { "X-Requested-With": "keep-alive" }, credentials: "same-origin", redirect: "manual" });
  if (answer.ok) {
    seen();
    document.getElementById("session-warning")?.close();
  } else {
    leave();
  }
}

function leave() {
  const back = encodeURIComponent(window.location.pathname + window.location.search);
  window.location.assign(`${root.dataset.signIn}?next=${back}`);
}

function watch() {
  const seconds = Math.ceil(left());
  const dialog = document.getElementById("session-warning");
  if (!dialog) return;
  if (seconds <= -5) leave(); // a little after the server, which has then really ended it
  else if (seconds <= WARN_SECONDS) {
    if (!dialog.open) dialog.showModal();
    dialog.querySelector("[data-seconds-left]").textContent = seconds > 60 ? `${Math.ceil(seconds / 60)} minutes` : `${Math.max(0, seconds)} seconds`;
  } else if (dialog.open) dialog.close();
}

if (idleSeconds && root.dataset.keepAlive) {
  seen();
  document.addEventListener("htmx:afterRequest", (event) => !event.detail.elt.matches("[data-quiet]") && seen());
  document.addEventListener("click", (event) => event.target.closest("[data-stay]") && stay());
  setInterval(watch, 5000);
}

// Drafts --------------------------------------------------------------------------------------------------

// The same item is the same place, whether beside its list or on its own page.
const placeOf = (field) => field.closest("[data-item]")?.dataset.item ?? window.location.pathname;
const draftKey = (field) => `face.draft:${root.dataset.person}:${placeOf(field)}:${field.dataset.draft}`;

function restore() {
  for (const field of document.querySelectorAll("[data-draft]")) {
    const kept = sessionStorage.getItem(draftKey(field));
    if (kept && !field.value) field.value = kept;
  }
}

for (const key of Object.keys(sessionStorage)) {
  if (key.startsWith("face.draft:") && !key.startsWith(`face.draft:${root.dataset.person}:`)) sessionStorage.removeItem(key);
}
document.addEventListener("input", (event) => {
  if (event.target.matches("[data-draft]")) sessionStorage.setItem(draftKey(event.target), event.target.value);
});
const forget = (form) => form.querySelectorAll?.("[data-draft]").forEach((field) => sessionStorage.removeItem(draftKey(field)));
document.addEventListener("htmx:afterRequest", (event) => {
  const { requestConfig, xhr } = event.detail;
  if (requestConfig?.verb !== "get" && xhr.status >= 200 && xhr.status < 400) forget(requestConfig.elt);
});
document.addEventListener("submit", (event) => !event.target.hasAttribute("hx-post") && forget(event.target));
document.addEventListener("htmx:afterSettle", restore);
restore();
