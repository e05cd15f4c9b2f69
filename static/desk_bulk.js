// Many tickets in portions, with a bar that says how far it is: checked first (`data-checks`), then decided. Without
// this file the form does them all at once.
"use strict";
(() => {
  const form = document.querySelector("form[data-portion]"),
    panel = document.getElementById("running");
  if (!form || !panel) return;
  const PATIENCE = 60000; // ms for one portion
  const size = Number(form.dataset.portion),
    ids = form.elements.ids.value.split("."),
    bar = panel.querySelector("progress"),
    words = panel.querySelector("[role=status]"),
    going = panel.querySelector("[data-going]"),
    broken = panel.querySelector("[data-broken]"),
    again = broken.querySelector("button");
  let body = null, // the form as it was confirmed, and the receipts so far
    done = 0;

  const stay = (event) => {
    event.preventDefault();
    event.returnValue = true; // what older browsers ask by
  };
  const show = () => {
    bar.value = done;
    words.textContent = words.dataset.words.replace("{n}", done);
  };
  const leave = () => {
    removeEventListener("beforeunload", stay);
    form.submit();
  };
  const stop = () => {
    removeEventListener("beforeunload", stay);
    going.hidden = true;
    broken.hidden = false;
    again.focus();
  };

  // The answer to the next portion; null where it cannot be known what came of it.
  const send = async () => {
    body.set("portion", ids.slice(done, done + size).join("."));
    try {
      const signal = AbortSignal.timeout(PATIENCE);
      const answer = await fetch(form.action, { method: "POST", body, redirect: "manual", signal });
      return answer.status < 500 ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
    } catch {
      return null;
    }
  };
  const take = (page, receipt) => {
    page.querySelectorAll("[data-ticket]").forEach((line) => {
      document.querySelector(`[data-ticket="${line.dataset.ticket}"]`)?.replaceWith(line);
    });
    form.append(receipt);
    body.append(receipt.name, receipt.value);
    done = Math.min(done + size, ids.length);
    show();
  };

  const run = async () => {
    going.hidden = false;
    broken.hidden = true;
    if (!("checks" in form.dataset)) addEventListener("beforeunload", stay);
    panel.focus();
    while (done < ids.length) {
      const page = await send(),
        receipt = page?.querySelector("input[name=receipt]");
      if (receipt) take(page, receipt);
      // Nothing was done and the server has something to say: the form itself fetches that page.
      else if (page && done === 0) return leave();
      else return stop();
    }
    leave(); // with the receipts: for the page that all of it comes to
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    body = new FormData(form);
    form.hidden = true;
    panel.hidden = false;
    show();
    run();
  });
  again.addEventListener("click", run);
  if ("start" in form.dataset) form.requestSubmit();
})();
