// The application: steppers, photos one request each, a counter. The page works without this file; nothing here knows a
// rule or an amount.
"use strict";

const form = document.getElementById("apply");
const shots = document.getElementById("shots");
const chooser = document.getElementById("photos-input");
const texts = shots?.dataset ?? {};
const say = (text) => {
  document.getElementById("photos-said").textContent = text;
};
const wrong = (text) => {
  document.getElementById("photos-wrong").textContent = text;
};

document.getElementById("problems")?.focus();

// --- units: − and + beside the field -----------------------------------------------------------------
for (const stepper of document.querySelectorAll("[data-stepper]")) {
  const field = stepper.querySelector("input");
  const buttons = stepper.querySelectorAll("button");
  const check = () =>
    buttons.forEach((button) => {
      const next = Number(field.value) + Number(button.dataset.by);
      button.setAttribute("aria-disabled", String(next < Number(field.min) || next > Number(field.max)));
    });
  for (const button of buttons) {
    button.hidden = false;
    button.addEventListener("click", () => {
      if (button.getAttribute("aria-disabled") === "true") return;
      field.value = String((Number(field.value) || 0) + Number(button.dataset.by));
      field.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }
  field.addEventListener("change", check);
  check();
}

// --- the amount: requests queue up, and an answer to an older choice is not shown --------------------------
let choice = 0;
let asked = 0;
form?.addEventListener(
  "input",
  () => {
    choice += 1;
  },
  true,
);
form?.addEventListener(
  "change",
  () => {
    choice += 1;
  },
  true,
);
form?.addEventListener("htmx:beforeRequest", () => {
  asked = choice;
});
form?.addEventListener("htmx:beforeSwap", (event) => {
  if (asked !== choice) event.detail.shouldSwap = false;
});

// --- after a refusal: what is cured is taken back by the same request -------------------------------------
const told = () => document.querySelector("[name=complained]");
const look = () => {
  if (told()) form.dispatchEvent(new Event("change", { bubbles: true }));
};
form?.addEventListener("htmx:afterSettle", () => {
  for (const field of form.querySelectorAll("[aria-invalid]")) {
    const texts = field.getAttribute("aria-describedby").split(" ");
    if (!texts.some((id) => id.endsWith("-err") && document.getElementById(id)?.textContent.trim()))
      field.removeAttribute("aria-invalid");
  }
});

// --- the note: how many characters; typing in it changes no amount --------------------------------------
const note = document.getElementById("description");
const count = () => {
  document.getElementById("counter").value = `${note.value.length}/${note.maxLength}`;
};
note?.addEventListener("input", (event) => {
  event.stopPropagation();
  count();
});
note?.addEventListener("change", (event) => {
  if (!told()) event.stopPropagation();
});
if (note) count();

// --- photos ---------------------------------------------------------------------------------------------
const waiting = () => shots.querySelector(".is-up");
let sendWhenDone = null;

function complain(file) {
  if (shots.children.length >= Number(texts.most)) return texts.tooMany;
  if (!texts.accept.split(",").includes(file.type)) return texts.wrong;
  const largest = file.type.startsWith("video/") ? texts.largestVideo : texts.largest;
  return file.size > Number(largest) ? texts.tooLarge : "";
}

function add(file) {
  const problem = complain(file);
  if (problem) return wrong(`${file.name}: ${problem}`);
  const shot = document.getElementById("shot").content.firstElementChild.cloneNode(true);
  const image = shot.querySelector("img");
  image.alt = file.name;
  image.src = URL.createObjectURL(file);
  shots.append(shot);
  shot.querySelector("[name=again]").addEventListener("click", () => {
    wrong("");
    upload(shot, file);
  });
  upload(shot, file);
}

function upload(shot, file) {
  const bar = shot.querySelector("progress");
  const request = new XMLHttpRequest();
  const body = new FormData();
  body.append("file", file);
  body.append("order_no", texts.order);
  shot.classList.add("is-up");
  bar.hidden = false;
  shot.querySelector(".as-shot__f").hidden = true;
  shot.request = request;
  request.upload.addEventListener("progress", (event) => {
    bar.value = event.lengthComputable ? (100 * event.loaded) / event.total : 0;
  });
  request.addEventListener("load", () =>
    request.status === 201 ? arrived(shot, JSON.parse(request.responseText)) : failed(shot, refusal(request)),
  );
  request.addEventListener("error", () => failed(shot, document.body.dataset.offline));
  request.open("POST", texts.to);
  request.setRequestHeader("X-CSRFToken", form.elements.csrfmiddlewaretoken.value);
  request.setRequestHeader("Accept-Language", document.documentElement.lang);
  request.send(body);
}

function refusal(request) {
  try {
    return JSON.parse(request.responseText).message || texts.failed;
  } catch {
    return texts.failed;
  }
}

function arrived(shot, photo) {
  shot.classList.remove("is-up", "is-bad");
  shot.querySelector("progress").hidden = true;
  const hidden = shot.querySelector("input");
  hidden.value = photo.id;
  hidden.disabled = false;
  shot.dataset.mine = photo.url;
  if (photo.thumbnail_url) shot.querySelector("img").src = photo.thumbnail_url;
  shot.querySelector(".as-shot__m").hidden = false;
  say(texts.done);
  look();
  settled();
}

function failed(shot, text) {
  shot.classList.remove("is-up");
  shot.classList.add("is-bad");
  shot.querySelector("progress").hidden = true;
  shot.querySelector(".as-shot__f").hidden = false;
  wrong(`${shot.querySelector("img").alt}: ${text}`);
  sendWhenDone = null;
}

// Who pressed "Submit" while photos were on their way is not asked again.
function settled() {
  if (sendWhenDone && !waiting()) form.requestSubmit(sendWhenDone);
}

function remove(shot) {
  shot.request?.abort();
  const next = shot.nextElementSibling ?? shot.previousElementSibling;
  if (shot.dataset.mine) {
    fetch(shot.dataset.mine, {
      method: "DELETE",
      headers: { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
    }).catch(() => {});
  }
  shot.remove();
  wrong("");
  (next?.querySelector("button") ?? chooser).focus();
  say(texts.removed);
  look();
  settled();
}

function move(shot, button) {
  const other = button.name === "earlier" ? shot.previousElementSibling : shot.nextElementSibling;
  if (!other) return;
  if (button.name === "earlier") other.before(shot);
  else other.after(shot);
  const there = getComputedStyle(button).visibility === "visible"; // at either end one of the two is gone
  (there ? button : shot.querySelector(`[name=${button.name === "earlier" ? "later" : "earlier"}]`)).focus();
  say(texts.moved);
}

shots?.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  const shot = event.target.closest("li");
  if (!button || button.name === "again") return;
  event.preventDefault();
  if (button.name === "remove") remove(shot);
  else move(shot, button);
});

chooser?.addEventListener("change", (event) => {
  event.stopPropagation();
  wrong("");
  for (const file of [...chooser.files]) add(file);
  chooser.value = "";
});

// Dropping files on the section is the same as choosing them.
const section = document.getElementById("photos");
section?.addEventListener("dragover", (event) => event.preventDefault());
section?.addEventListener("drop", (event) => {
  event.preventDefault();
  for (const file of [...event.dataTransfer.files]) add(file);
});

form?.addEventListener("submit", (event) => {
  if (waiting()) {
    event.preventDefault();
    sendWhenDone = event.submitter;
    return toast(texts.waiting);
  }
  const bad = shots.querySelector(".is-bad [name=again]");
  if (bad) {
    event.preventDefault();
    wrong(texts.unsent);
    bad.focus();
  }
});
