// The desk, made faster. Everything here works without it: keys, ready texts as chips, pictures.
(() => {
  "use strict";
  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  document.documentElement.classList.add("js");

  // Countdowns: the server prints them, this keeps them true.
  const tick = (time) => {
    const minutes = Math.max(0, Math.floor((new Date(time.dateTime) - Date.now()) / 60000));
    const days = Math.floor(minutes / 1440);
    const clock = [Math.floor((minutes % 1440) / 60), minutes % 60].map((n) => String(n).padStart(2, "0")).join(":");
    const unit = document.documentElement.lang === "en" ? (days === 1 ? "day" : "days") : "天";
    time.textContent = days ? `${days} ${unit} ${clock}` : clock;
  };
  setInterval(() => all("time[data-countdown]").forEach(tick), 20000);

  // The forms of a decision: the segment is chosen, the first field that is empty or money gets the cursor.
  const open = (pane) => {
    if (!pane) return false;
    const verb = pane.id.slice(3);
    const segment = one(`input[data-pane="${verb}"]`);
    if (segment) segment.checked = true;
    pane.scrollIntoView({ block: "center" });
    const field = one("input:not([type=hidden]), select, textarea, button", pane);
    if (field) field.focus({ preventScroll: true });
    return true;
  };
  // What was refused: the cursor stands where it is to be put right.
  const wrong = one(":is(.pane, .talk-form) :is(.errors :is(input, select, textarea), .errornote)");
  if (wrong) {
    wrong.scrollIntoView({ block: "center" });
    wrong.focus({ preventScroll: true });
  }
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-opens]");
    if (link && open(document.getElementById(`do-${link.dataset.opens}`))) event.preventDefault();
  });

  // Ready texts: a select without script, chips with it. A chip fills the text, which may then be changed.
  all("select[name=template]").forEach((select) => {
    const form = select.closest("form");
    const text = one("textarea", form);
    const texts = all("option", select).filter((option) => option.value);
    if (!text || !texts.length) return;
    const chips = document.createElement("div");
    chips.className = "chips ready";
    texts.forEach((option) => {
      const chip = document.createElement("button");
      chip.type = "button";
      chip.textContent = option.textContent;
      chip.addEventListener("click", () => {
        // What somebody typed stays; one ready text takes the place of another.
        const typed = text.value.trim() && !texts.some((other) => other.value === text.value);
        text.value = typed ? `${text.value.trimEnd()}\n${option.value}` : option.value;
        text.focus();
      });
      chips.append(chip);
    });
    const field = select.closest(".verb-field");
    const name = document.createElement("span");
    name.className = "chips-title";
    name.textContent = one("label", field).textContent;
    chips.prepend(name);
    field.replaceWith(chips);
    // Without the select there is no "empty" any more.
    const said = (text.getAttribute("aria-describedby") || "").split(" ");
    const help = said.find((id) => id.endsWith("_helptext"));
    document.getElementById(help)?.remove();
    const left = said.filter((id) => id && id !== help).join(" ");
    left ? text.setAttribute("aria-describedby", left) : text.removeAttribute("aria-describedby");
  });

  // Back from a reply: what was said last is what one looks at.
  if (location.hash === "#talk") one(".talk .said:last-child")?.scrollIntoView({ block: "center" });

  // Pictures: arrows turn, Esc closes, and the way back does not lead through every picture.
  const viewer = () => one(".viewer:target");
  let opener = null;
  const turn = (step) => one(`[data-step=${step}]`, viewer())?.click();
  document.addEventListener("click", (event) => {
    const picture = event.target.closest(":is(.evidence, .said-photos) a[href^='#']");
    if (picture) opener = picture;
    const link = event.target.closest(".viewer [data-step]");
    if (!link) return;
    event.preventDefault();
    const from = viewer()?.id;
    location.replace(link.hash);
    const back = opener || one(`.evidence a[href="#${from}"]`);
    if (link.dataset.step === "close") back?.focus();
  });
  window.addEventListener("hashchange", () => viewer()?.focus());

  // Copy buttons: <button data-copy="…">. Plain HTTP has no clipboard to write to, only the old command.
  const words = document.body.dataset;
  const copied = async (text) => {
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
  };
  all("[data-copy]").forEach((button) => (button.hidden = false));
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const done = await copied(button.dataset.copy);
    one(".copied")?.remove();
    const note = document.createElement("span");
    note.className = done ? "copied" : "copied why-not";
    note.setAttribute("role", done ? "status" : "alert");
    button.after(note);
    note.textContent = done ? words.copied : words.uncopied; // after it is there: only a change of it is read aloud
    button.focus(); // the old command leaves the keyboard elsewhere
  });

  // File pickers: a button in the page's language and the names of what was chosen. The field itself lies over both.
  all("input[type=file]").forEach((input) => {
    const picker = document.createElement("span");
    const button = document.createElement("span");
    const name = document.createElement("span");
    picker.className = "file-pick";
    button.className = "button";
    name.className = "file-name";
    button.ariaHidden = name.ariaHidden = "true"; // the field says both
    button.textContent = input.multiple ? words.chooseSeveral : words.choose;
    const show = () => (name.textContent = [...input.files].map((file) => file.name).join(", ") || words.noFile);
    input.addEventListener("change", show);
    input.form?.addEventListener("reset", () => setTimeout(show));
    input.replaceWith(picker);
    picker.append(button, name, input);
    show();
  });

  // The keyboard never stands behind an open pop-up: it closes when one walks out of it.
  document.addEventListener("focusout", (event) => {
    const popup = event.target.closest("[popover]:popover-open"),
      next = event.relatedTarget;
    if (popup && next && !popup.contains(next)) popup.hidePopover();
  });

  // Keys. Never while somebody types, and never with Ctrl, Alt or Meta.
  const rows = () => all("#result_list tbody th a");
  const step = (by) => {
    const links = rows();
    if (!links.length) return false;
    const at = links.indexOf(document.activeElement);
    links[Math.min(Math.max(at + by, 0), links.length - 1)].focus();
    return true;
  };
  const answer = (text) => {
    text?.scrollIntoView({ block: "center" });
    text?.focus({ preventScroll: true });
    return Boolean(text);
  };
  const follow = (key) => {
    const target = one(`[data-key="${key}"]`);
    if (!target) return false;
    if (!target.checkVisibility()) target.closest("[popover]")?.showPopover();
    target.matches("input") ? target.focus() : target.click();
    return true;
  };
  const keys = {
    "/": () => follow("/"),
    "?": () => {
      one("#keys")?.togglePopover();
      return true;
    },
    j: () => follow("j") || step(1),
    k: () => follow("k") || step(-1),
    q: () => follow("q"),
    m: () => answer(one("#do-say textarea")),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
    if (viewer()) {
      const steps = { ArrowLeft: "previous", ArrowRight: "next", Escape: "close" };
      if (event.key in steps) {
        event.preventDefault();
        turn(steps[event.key]);
      }
      return;
    }
    if (event.target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]"))
      return;
    // A form's own letter leads to that form alone, wherever it stands: approving is never receiving.
    const decide = (key) => open(one(`.pane[data-opened-by="${key}"]`)) || follow(key);
    const known = Object.hasOwn(keys, event.key) ? keys[event.key]() : /^[a-z]$/.test(event.key) && decide(event.key);
    if (known) event.preventDefault();
  });
})();
