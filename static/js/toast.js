// Words at the corner, read aloud by the live region; and the thin bar for whatever takes longer than a blink.
// A server says one with the response header  HX-Trigger: {"toast": {"message": "Snoozed until Mar 24", "tone": "good"}}
// or by swapping components/_toast.html out of band (with its undo form).

const STAYS_MS = 8000;
const FAILURES = {
  0: "The server cannot be reached. Nothing was changed; try again in a moment.",
  400: "The request was not understood. Reload the page and try again.",
  403: "Your role does not allow this. Ask an administrator of this practice.",
  404: "This is not here: it may have been removed, or it is not yours to see.",
  413: "The file is too large.",
  429: "Too many requests in a short time. Wait a minute and try again.",
};

export function toast(message, tone = "plain") {
  const host = document.getElementById("toasts");
  if (!host || !message) return;
  const box = document.createElement("div");
  box.className = tone === "bad" ? "face-toast face-toast-bad" : "face-toast";
  const words = document.createElement("span");
  words.className = "words";
  words.textContent = message;
  const close = document.createElement("button");
  close.type = "button";
  close.setAttribute("aria-label", "Dismiss");
  close.dataset.toastClose = "";
  close.textContent = "×";
  box.append(words, close);
  host.append(box);
  if (tone !== "bad") expire(box);
}

export function announce(message) {
  const region = document.getElementById("announcements");
  if (region) region.textContent = message;
}

function expire(box) {
  const again = () => setTimeout(() => (box.matches(":hover, :focus-within") ? again() : box.remove()), STAYS_MS);
  again();
}

document.addEventListener("click", (event) => event.target.closest("[data-toast-close]")?.closest(".face-toast").remove());
document.addEventListener("toast", (event) => toast(event.detail.message ?? event.detail.value, event.detail.tone));
document.addEventListener("htmx:responseError", (event) => {
  const status = event.detail.xhr.status;
  toast(FAILURES[status] ?? "Something failed on the server. Nothing was changed; the failure was recorded.", "bad");
});
document.addEventListener("htmx:sendError", () => toast(FAILURES[0], "bad"));
document.addEventListener("htmx:timeout", () => toast("The server took too long to answer. Check whether the change was made before repeating it.", "bad"));
document.addEventListener("htmx:oobAfterSwap", () => {
  for (const box of document.querySelectorAll(".face-toast:not([data-expiring])")) {
    box.dataset.expiring = "";
    if (!box.matches(".face-toast-bad")) expire(box);
  }
});
for (const box of document.querySelectorAll("#toasts .face-toast:not(.face-toast-bad)")) expire(box);

let running = 0;
let waiting;
const bar = () => document.getElementById("thin-bar");
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.elt.matches("[data-quiet]")) return;
  running += 1;
  clearTimeout(waiting);
  waiting = setTimeout(() => running > 0 && bar()?.classList.add("busy"), 100);
});
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.elt.matches("[data-quiet]")) return;
  running = Math.max(0, running - 1);
  if (running === 0) bar()?.classList.remove("busy");
});
