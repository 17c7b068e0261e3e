// Printing as a button, and beside each link to a drawing a button that makes a PNG of it, for programs that take no SVG.
"use strict";

(() => {
  const LARGEST = 6000; // pixels of a side
  const TIMES = 3; // as large as on the screen, so that it can be shown on a wall

  const drawn = async (address) => {
    const image = new Image();
    image.src = address;
    await image.decode();
    const { naturalWidth: width, naturalHeight: height } = image;
    const times = Math.min(TIMES, LARGEST / Math.max(width, height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(width * times);
    canvas.height = Math.round(height * times);
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(image, 0, 0, canvas.width, canvas.height);
    return new Promise((done) => canvas.toBlob(done, "image/png"));
  };

  for (const link of document.querySelectorAll("a[data-png]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "link";
    button.textContent = "PNG";
    button.addEventListener("click", async () => {
      const file = document.createElement("a");
      file.href = URL.createObjectURL(await drawn(link.href));
      file.download = `${link.dataset.png}.png`;
      file.click();
      setTimeout(() => URL.revokeObjectURL(file.href), 1000);
    });
    link.after(" ", button);
  }

  for (const told of document.querySelectorAll("[data-print]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "link";
    button.textContent = told.textContent;
    button.addEventListener("click", () => print());
    told.replaceWith(button);
  }
})();
