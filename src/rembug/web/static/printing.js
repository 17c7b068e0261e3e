// Printing as a button: without scripts a reader has their browser's menu for it.
"use strict";

for (const told of document.querySelectorAll("[data-print]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "link";
  button.textContent = told.textContent;
  button.addEventListener("click", () => print());
  told.replaceWith(button);
}
