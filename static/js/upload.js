// Files by drag and drop or by the picker, with the real number of bytes sent.
//   <form data-upload hx-post hx-encoding="multipart/form-data" …>  .drop-zone  input[type=file]  progress[hidden]  [data-upload-words]
// Without JavaScript it is a plain form with a file field.

const megabytes = (bytes) => `${(bytes / 1e6).toFixed(bytes < 1e6 ? 2 : 1)} MB`;

function accept(form, files) {
  const input = form.querySelector("input[type='file']");
  const transfer = new DataTransfer();
  for (const file of input.multiple ? files : [...files].slice(0, 1)) transfer.items.add(file);
  input.files = transfer.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

const formOf = (event) => event.target.closest?.("form[data-upload]");
// A file let go beside the box is meant for it; the browser would leave the page and show the file.
const dropFormOf = (event) => formOf(event) ?? document.querySelector("form[data-upload]");

for (const name of ["dragenter", "dragover"]) {
  document.addEventListener(name, (event) => {
    const form = dropFormOf(event);
    if (!form || ![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    form.querySelector(".drop-zone")?.classList.add("over");
  });
}
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) dropFormOf(event)?.querySelector(".drop-zone")?.classList.remove("over"); // it left the window
});
document.addEventListener("drop", (event) => {
  const form = dropFormOf(event);
  if (!form || ![...event.dataTransfer.types].includes("Files")) return;
  event.preventDefault();
  form.querySelector(".drop-zone")?.classList.remove("over");
  if (event.dataTransfer.files.length) accept(form, event.dataTransfer.files);
});

document.addEventListener("change", (event) => {
  const form = formOf(event);
  if (!form || event.target.type !== "file" || !event.target.files.length) return;
  const files = [...event.target.files];
  const size = files.reduce((sum, file) => sum + file.size, 0);
  say(form, `${files.length === 1 ? files[0].name : `${files.length} files`}, ${megabytes(size)}`);
  if (form.hasAttribute("data-upload-now")) form.requestSubmit();
});

function say(form, words) {
  const place = form.querySelector("[data-upload-words]");
  if (place) place.textContent = words;
}

document.addEventListener("htmx:xhr:progress", (event) => {
  const form = formOf(event);
  if (!form || !event.detail.lengthComputable) return;
  const bar = form.querySelector("progress");
  if (bar) {
    bar.hidden = false;
    bar.max = event.detail.total;
    bar.value = event.detail.loaded;
  }
  const done = event.detail.loaded === event.detail.total;
  say(form, done ? "Sent. Reading the file…" : `${megabytes(event.detail.loaded)} of ${megabytes(event.detail.total)} sent`);
});

document.addEventListener("htmx:afterRequest", (event) => {
  const form = formOf(event);
  if (!form || event.target !== form) return;
  const bar = form.querySelector("progress");
  if (bar) bar.hidden = true;
  const words = event.detail.successful ? "" : "Not taken. See the message, and try again.";
  say(form, words);
  if (event.detail.successful) form.reset();
});
