// What was typed outlives a session that ended, or a page that was too old, before it was sent: the tab keeps it until
// the form is there again. The pages on the way (`data-keeps-draft`) say that nothing was sent; any other forgets it.
const DRAFT = "draft";
const UNTYPED = ["hidden", "file", "password", "submit", "button", "reset"];

const typed = (form) => [...form.elements].filter((field) => field.name && !UNTYPED.includes(field.type));
const ticked = (field) => field.type === "radio" || field.type === "checkbox";
const sentTo = (form) => new URL(form.getAttribute("action") || "", location).pathname;

function keep(form) {
  if (form?.getAttribute("method") !== "post" || form.querySelector("[type=password]") || !typed(form).length) return;
  const fields = typed(form).map(({ name, type, value, checked }) => ({ name, type, value, checked }));
  sessionStorage.setItem(DRAFT, JSON.stringify({ to: sentTo(form), fields }));
}

function fill(draft) {
  const form = [...document.forms].find((one) => one.getAttribute("method") === "post" && sentTo(one) === draft.to);
  const changed = typed(form ?? document.createElement("form")).filter((field) => {
    const same = (old) =>
      old.name === field.name && old.type === field.type && (!ticked(field) || old.value === field.value);
    const old = draft.fields.find(same);
    if (!old || (ticked(field) ? old.checked === field.checked : old.value === field.value)) return false;
    if (ticked(field)) field.checked = old.checked;
    else field.value = old.value;
    return true;
  });
  changed.at(-1)?.dispatchEvent(new Event("change", { bubbles: true }));
}

const draft = JSON.parse(sessionStorage.getItem(DRAFT) ?? "null");
if (draft && document.querySelector("[data-keeps-draft]")) {
  sessionStorage.setItem(DRAFT, JSON.stringify({ ...draft, unsent: true }));
} else if (draft) {
  sessionStorage.removeItem(DRAFT);
  if (draft.unsent) document.addEventListener("DOMContentLoaded", () => fill(draft));
}
for (const name of ["change", "submit"]) {
  document.addEventListener(name, (event) => keep(event.target.form ?? event.target.closest("form")), true);
}
