// Decides on proposed links by single keys, as long as one of them has the focus: 1, 2, 3 choose and
// go on to the next; j and k go on and back without choosing.
"use strict";

(() => {
  const pairs = [...document.querySelectorAll(".pairs .pair")];
  if (!pairs.length) return;
  const send = document.querySelector(".pairs button[type=submit]");

  const go = (number) => {
    const to = pairs[number] ?? send;
    to.focus({ preventScroll: true });
    to.scrollIntoView({ block: "center" });
  };

  for (const [number, pair] of pairs.entries()) {
    const choices = [...pair.querySelectorAll("input[type=radio]")];
    pair.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      const chosen = choices[Number(event.key) - 1];
      if (chosen) {
        chosen.checked = true;
        go(number + 1);
      } else if (event.key === "j") {
        go(number + 1);
      } else if (event.key === "k") {
        go(Math.max(0, number - 1));
      } else {
        return;
      }
      event.preventDefault();
    });
  }
  pairs[0].focus({ preventScroll: true });
})();
