// Answers SPARQL over the data of a published study, beside the page so that it stays alive meanwhile.
import init, { Store } from "./oxigraph.js";

const MOST = 1000; // rows and statements that are shown
const here = (name) => new URL(name, import.meta.url);

async function load() {
  const [answer] = await Promise.all([
    fetch(here("../data/sparql.nq")),
    init({ module_or_path: here("oxigraph.wasm") }),
  ]);
  if (!answer.ok) throw new Error(`${answer.status} ${answer.url}`);
  const store = new Store();
  store.load(await answer.text(), { format: "application/n-quads", no_transaction: true });
  return store;
}

const ready = load();
ready.then(
  (store) => postMessage({ ready: store.size }),
  (error) => postMessage({ failed: String(error) }),
);

const plain = (term) => ({ kind: term.termType, value: term.value, language: term.language || "" });

onmessage = async ({ data }) => {
  try {
    const found = (await ready).query(data.query, { use_default_graph_as_union: true });
    if (typeof found === "boolean") return postMessage({ boolean: found });
    const head = found.slice(0, MOST);
    if (found.length && !(found[0] instanceof Map)) {
      const rows = head.map((quad) => [quad.subject, quad.predicate, quad.object].map(plain));
      return postMessage({ columns: ["subject", "predicate", "object"], rows, total: found.length });
    }
    const columns = [...new Set(head.flatMap((row) => [...row.keys()]))];
    const rows = head.map((row) => columns.map((name) => (row.has(name) ? plain(row.get(name)) : null)));
    postMessage({ columns, rows, total: found.length });
  } catch (error) {
    postMessage({ wrong: String(error) });
  }
};
