// The page of a published study that asks its data; without a server none of this runs.
const form = document.querySelector("form");
const text = form.querySelector("textarea");
const ready = form.querySelector("select");
const stop = form.querySelector("[data-stop]");
const told = document.querySelector("output");
const out = document.querySelector("#answer");
const say = document.body.dataset;
let worker = null;

function begin() {
  worker = new Worker(new URL("published-worker.js", import.meta.url), { type: "module" });
  told.textContent = say.loading;
  worker.onmessage = ({ data }) => {
    if ("ready" in data) told.textContent = say.ready.replace("{statements}", data.ready);
    else if ("failed" in data) told.textContent = `${say.failed} ${data.failed}`;
    else show(data);
  };
  worker.onerror = (event) => (told.textContent = `${say.failed} ${event.message || ""}`);
}

function cell(term) {
  const td = document.createElement("td");
  if (term && term.kind === "NamedNode" && /^https?:/.test(term.value)) {
    const a = document.createElement("a");
    a.href = term.value;
    a.textContent = term.value;
    td.append(a);
  } else if (term) {
    td.textContent = term.value;
    if (term.language) td.lang = term.language;
  }
  return td;
}

function show(data) {
  stop.hidden = true;
  out.replaceChildren();
  out.hidden = true;
  if ("wrong" in data) return void (told.textContent = `${say.wrong} ${data.wrong}`);
  if ("boolean" in data) return void (told.textContent = data.boolean ? say.yes : say.no);
  told.textContent = say.rows.replace("{shown}", data.rows.length).replace("{total}", data.total);
  if (!data.rows.length) return;
  const table = document.createElement("table");
  const head = table.createTHead().insertRow();
  for (const name of data.columns) {
    const th = document.createElement("th");
    th.scope = "col";
    th.textContent = name;
    head.append(th);
  }
  const body = table.createTBody();
  for (const row of data.rows) body.insertRow().append(...row.map(cell));
  out.append(table);
  out.hidden = false;
}

ready.addEventListener("change", () => {
  if (ready.value) text.value = ready.value;
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  told.textContent = say.asking;
  stop.hidden = false;
  worker.postMessage({ query: text.value });
});
stop.addEventListener("click", () => {
  worker.terminate();
  stop.hidden = true;
  begin();
});
document.querySelector("#unserved").hidden = true;
form.hidden = false;
begin();
