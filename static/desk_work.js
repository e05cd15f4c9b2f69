/* The desk's fast pages. Everything works without this file; it saves clicks. */
"use strict";
(() => {
  const all = (selector, root = document) => Array.from(root.querySelectorAll(selector));

  /* The queue: choose all, and say on the bar how many are chosen. */
  const boxes = all("input.action-select"),
    toggle = document.getElementById("action-toggle"),
    count = document.querySelector("[data-bulk-count]");
  if (boxes.length && count) {
    const words = count.textContent,
      buttons = all(".bulk-bar button");
    const say = () => {
      const n = boxes.filter((box) => box.checked).length;
      count.textContent = n ? `${words} (${n})` : words;
      buttons.forEach((button) => {
        button.disabled = n === 0;
      });
      if (toggle) {
        toggle.checked = n === boxes.length;
        toggle.indeterminate = n > 0 && n < boxes.length;
      }
    };
    boxes.forEach((box) => box.addEventListener("change", say));
    if (toggle) {
      toggle.classList.add("live");
      toggle.addEventListener("change", () => {
        boxes.forEach((box) => {
          box.checked = toggle.checked;
        });
        say();
      });
    }
    addEventListener("pageshow", say);
    say();
  }

  /* A button that must not be pressed twice. The server would not mind; the reader might wonder. */
  all("button[data-once]").forEach((button) =>
    button.form.addEventListener("submit", () => {
      setTimeout(() => {
        button.disabled = true;
      });
    }),
  );

  /* Counting: − and + beside each number; what is put elsewhere is taken from the first condition. */
  all("[data-count]").forEach((line) => {
    const most = Number(line.dataset.count),
      inputs = all("input[type=number]", line),
      left = line.querySelector("[data-left]");
    const value = (input) => Number(input.value) || 0;
    const sum = () => inputs.reduce((total, input) => total + value(input), 0);
    const say = () => {
      if (left) {
        left.textContent = `${sum()} / ${most}`;
        left.classList.toggle("over", sum() > most);
      }
    };
    inputs.forEach((input, index) => {
      input.addEventListener("input", say);
      all(`button[data-for="${input.id}"]`, line).forEach((button) => {
        button.hidden = false;
        button.addEventListener("click", () => {
          const now = value(input),
            next = Math.min(most, Math.max(0, now + Number(button.dataset.step)));
          if (next > now && sum() >= most) {
            const from = inputs.find((other, at) => at !== index && value(other) > 0);
            if (!from) {
              return;
            }
            from.value = value(from) - 1;
          }
          input.value = next;
          say();
        });
      });
    });
    say();
  });

  /* The number that opened nothing stays, and the next scan replaces it. */
  const scan = document.querySelector("input[data-select]");
  if (scan) {
    scan.focus();
    scan.select();
  }

  /* A long work in slices: the page asks for the next one by itself. */
  const next = document.querySelector("form[data-next]");
  if (next) {
    next.requestSubmit();
  }
})();
