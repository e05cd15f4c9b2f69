// What the storefront's pages can do besides: everything works without this file too.
"use strict";

const words = document.body.dataset;

function toast(text, kind = "info") {
  document.querySelector(".as-toast")?.remove();
  const note = document.createElement("p");
  note.className = `as-note as-note--${kind} as-toast`;
  note.setAttribute("role", kind === "error" ? "alert" : "status");
  document.body.append(note);
  note.textContent = text; // after it is there: only a change of it is read aloud
  setTimeout(() => note.remove(), 6000);
}

// Copy buttons: <button data-copy="…">. Plain HTTP has no clipboard to write to, only the old command.
async function copied(text) {
  if (navigator.clipboard)
    return navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    );
  const field = document.createElement("textarea");
  field.value = text;
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  return done;
}

for (const button of document.querySelectorAll("[data-copy]")) button.hidden = false;
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const done = await copied(button.dataset.copy);
  toast(done ? words.copied : words.uncopied, done ? "info" : "error");
  button.focus(); // the old command leaves the keyboard elsewhere
});

// Countdowns: the server prints them, this keeps them true.
function tick() {
  for (const time of document.querySelectorAll("time[data-countdown]")) {
    const seconds = Math.max(0, Math.floor((new Date(time.dateTime) - Date.now()) / 1000));
    const days = Math.floor(seconds / 86400);
    const clock = [Math.floor((seconds % 86400) / 3600), Math.floor((seconds % 3600) / 60)]
      .map((n) => String(n).padStart(2, "0"))
      .join(":");
    const unit = document.documentElement.lang === "en" ? (days === 1 ? " day " : " days ") : " 天 ";
    time.textContent = days ? `${days}${unit}${clock}` : clock;
  }
}
setInterval(tick, 20000);

// A request that did not come through: say so, lose nothing.
document.addEventListener("htmx:sendError", () => toast(words.offline, "error"));
document.addEventListener("htmx:responseError", () => toast(words.fault, "error"));
addEventListener("offline", () => toast(words.offline, "error"));

// One click, one request: a form that was sent waits for its answer.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "1";
  form.setAttribute("aria-busy", "true");
});
addEventListener("pageshow", () =>
  document.querySelectorAll("form[data-sent]").forEach((form) => {
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
  }),
);

// The login: show what one types, tell of caps lock, fill in an account of the demo.
for (const button of document.querySelectorAll("[data-reveal]")) {
  const field = document.getElementById(button.dataset.reveal);
  button.hidden = false;
  button.addEventListener("click", () => {
    const shown = field.type === "text";
    field.type = shown ? "password" : "text";
    button.setAttribute("aria-pressed", String(!shown));
    field.focus();
  });
  field.form.addEventListener("submit", () => {
    field.type = "password";
  });
}
for (const note of document.querySelectorAll("[data-caps]")) {
  document.getElementById(note.dataset.caps).addEventListener("keyup", (event) => {
    note.hidden = !event.getModifierState?.("CapsLock");
  });
}
for (const button of document.querySelectorAll("[data-login]")) {
  button.disabled = false;
  button.addEventListener("click", () => {
    const form = document.querySelector("form:has([name=password])");
    form.elements.username.value = button.dataset.login;
    form.elements.password.value = button.dataset.password;
    form.requestSubmit();
  });
}

// While htmx waits, what it will replace is busy.
document.addEventListener("htmx:beforeRequest", (event) => event.detail.target.setAttribute("aria-busy", "true"));
document.addEventListener("htmx:afterRequest", (event) => event.detail.target.removeAttribute("aria-busy"));

// Without a network: a page that says so, see sw.js.
if (isSecureContext && "serviceWorker" in navigator) navigator.serviceWorker.register("/sw.js").catch(() => {});

// A pop-up that the server opened, to show what was wrong or because a link asked for it.
document.querySelector("[popover][data-open]")?.showPopover();
// The keyboard never stands behind an open pop-up: it closes when one walks out of it.
document.addEventListener("focusout", (event) => {
  const sheet = event.target.closest("[popover]:popover-open"),
    next = event.relatedTarget;
  if (sheet && next && !sheet.contains(next)) sheet.hidePopover();
});

// Pop-ups: <a href="page" data-dialog="id"> opens the dialog instead of the page.
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-dialog]");
  const dialog = link && document.getElementById(link.dataset.dialog);
  if (!dialog?.showModal || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  dialog.showModal();
});
document.addEventListener("click", (event) => {
  // beside it, not in it
  if (!event.target.matches("dialog")) return;
  const box = event.target.getBoundingClientRect();
  if (event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom)
    event.target.close();
});

// The chosen tab is in sight, however many there are before it.
for (const tab of document.querySelectorAll(".as-tabs [aria-current]"))
  tab.parentElement.scrollLeft = tab.offsetLeft - 60;

// The name of a chosen file in full: beside its button, a browser cuts it. The field says it to those who listen.
for (const input of document.querySelectorAll(".as-file input")) {
  const name = document.createElement("span");
  name.className = "as-file__name";
  name.ariaHidden = "true";
  const show = () => {
    name.textContent = [...input.files].map((file) => file.name).join(", ");
    input.parentElement.classList.toggle("is-named", Boolean(name.textContent));
  };
  input.addEventListener("change", show);
  input.form?.addEventListener("reset", () => setTimeout(show));
  input.after(name);
  show();
}

// Photos of a ticket: large, one after the other; without this the links lead to the files.
const viewer = document.getElementById("view");
if (viewer?.showModal) {
  const links = [...document.querySelectorAll("[data-view]")];
  const image = document.createElement("img");
  let at = 0;
  const show = (index) => {
    at = (index + links.length) % links.length;
    image.src = links[at].href;
    image.alt = links[at].querySelector("img").alt;
  };
  for (const [index, link] of links.entries()) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      show(index);
      viewer.append(image);
      viewer.showModal();
    });
  }
  for (const button of viewer.querySelectorAll("[data-step]")) {
    button.hidden = links.length < 2;
    button.addEventListener("click", () => show(at + Number(button.dataset.step)));
  }
  viewer.addEventListener("keydown", (event) => {
    if (links.length > 1 && ["ArrowLeft", "ArrowRight"].includes(event.key))
      show(at + (event.key === "ArrowRight" ? 1 : -1));
  });
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

// Whoever chooses a courier while the page still looks for one keeps what they chose.
document.addEventListener("change", ({ target }) => {
  if (target.id !== "courier") return;
  const abort = new CustomEvent("htmx:abort", { bubbles: true, detail: {} });
  document.getElementById("tracking_no")?.dispatchEvent(abort);
});
