// What the storefront's pages can do besides: everything works without this file too.
"use strict";

const words = document.body.dataset;

function toast(text, kind = "info") {
  document.querySelector(".as-toast")?.remove();
  const note = document.createElement("p");
  note.className = `as-note as-note--${kind} as-toast`;
  note.setAttribute("role", kind === "error" ? "alert" : "status");
  note.textContent = text;
  document.body.append(note);
  setTimeout(() => note.remove(), 6000);
}

// Copy buttons: <button data-copy="…">
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard?.writeText(button.dataset.copy);
  toast(words.copied);
});

// Countdowns: the server prints them, this keeps them true.
function tick() {
  for (const time of document.querySelectorAll("time[data-countdown]")) {
    const seconds = Math.max(0, Math.floor((new Date(time.dateTime) - Date.now()) / 1000));
    const days = Math.floor(seconds / 86400);
    const clock = [Math.floor((seconds % 86400) / 3600), Math.floor((seconds % 3600) / 60)].map((n) => String(n).padStart(2, "0")).join(":");
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
addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => {
  delete form.dataset.sent;
  form.removeAttribute("aria-busy");
}));
