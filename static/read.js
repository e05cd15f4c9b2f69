"use strict";
// Marks a conversation as read once its end is on the screen: sends the form that does it by hand. Its message is the
// last one of the page, so that what has arrived since stays unread.
(() => {
  const send = async (form) => {
    const body = new FormData(form);
    // The answer leads back to this page, which is not loaded again.
    const answer = await fetch(form.action, { method: "POST", body, redirect: "manual", keepalive: true }).catch(
      () => null,
    );
    if (answer?.type !== "opaqueredirect") return;
    const button = form.querySelector("button");
    button.disabled = true;
    button.textContent = form.dataset.read;
  };
  const seen = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      seen.unobserve(target);
      send(target);
    }
  });
  for (const form of document.querySelectorAll("form[data-read]")) seen.observe(form);
})();
