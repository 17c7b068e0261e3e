// The SPARQL page with an editor in place of its text field: YASGUI's, which npm brings. What is typed
// is completed from the vocabulary, the shapes and the index; answers are those of the server's page.
"use strict";

(() => {
  const form = document.querySelector("form.sparql");
  if (!form || typeof Yasqe === "undefined") return;
  const area = form.elements.query;
  const button = form.querySelector("button");
  const words = form.dataset;
  const language = document.documentElement.lang;
  const LONGEST_LINK = 6000;

  // --- the editor -------------------------------------------------------------------------------
  const place = document.createElement("div");
  area.after(place);
  area.hidden = true;
  const editor = new Yasqe(place, {
    value: area.value,
    autocompleters: [],
    consumeShareLink: null,
    createShareableLink: null,
    persistenceId: null,
    prefixCcApi: null,
    showQueryButton: false,
    resizeable: false,
    screenReaderLabel: words.label,
    viewportMargin: Infinity,
    extraKeys: {
      "Tab": false, // leads out of the field, as everywhere (WCAG 2.1.2)
      "Shift-Tab": false,
      "Ctrl-Space": () => complete(),
      "Ctrl-Enter": () => form.requestSubmit(),
      "Cmd-Enter": () => form.requestSubmit(),
      "Ctrl-/": (it) => it.commentLines(),
      "Ctrl-S": false,
      "F11": false,
    },
  });
  // A fault is told in the reader's language; YASGUI's own words are English.
  editor.checkSyntax = () => {
    editor.clearGutter("gutterErrorBar");
    editor.queryValid = true;
    for (let line = 0; line < editor.lineCount(); line++) {
      const { state } = editor.getTokenAt({ line, ch: editor.getLine(line).length });
      if (state.OK) continue;
      const mark = document.createElement("span");
      mark.className = "fault";
      mark.textContent = "!";
      const expected = (state.possibleCurrent || []).slice(0, 12).join(" ");
      mark.title = `${words.fault} ${expected}`;
      editor.setGutterMarker(line, "gutterErrorBar", mark);
      editor.queryValid = false;
      return;
    }
  };
  editor.checkSyntax();
  form.querySelector(".keys").hidden = false;

  // --- completion -------------------------------------------------------------------------------
  const TOKEN = /#[^\n]*|<[^<>"{}|^`\\\s]*>|"""[\s\S]*?"""|"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?|[?$]\w+|@[\w-]+|(?:[\p{L}][\p{L}\p{N}_.-]*)?:[\p{L}\p{N}_.%-]*|[\p{L}][\p{L}\p{N}_-]*|[\d.]*\d|[{}()[\].;,]/gu;
  const TYPED = /(?:[?$]\w*|<[^<>"{}|^`\\\s]*|[\p{L}_][\p{L}\p{N}_.-]*(?::[\p{L}\p{N}_.%/-]*)?|:[\p{L}\p{N}_-]*)$/u;
  let vocabulary = null;

  const learn = async () => {
    const response = await fetch(`/sparql/terms.json?lang=${language}`);
    if (!response.ok) throw new Error(`the vocabulary: ${response.status}`);
    vocabulary = await response.json();
    vocabulary.byIri = new Map(vocabulary.terms.map((term) => [term.iri, term]));
    return vocabulary;
  };

  const full = (name) => {
    if (name.startsWith("<")) return name.slice(1, -1);
    const [prefix] = name.split(":", 1);
    const space = editor.getPrefixesFromQuery()[prefix] ?? vocabulary.prefixes[prefix];
    return space === undefined ? "" : space + name.slice(prefix.length + 1);
  };

  // Which part of a triple comes after a text, of which subject, and of which classes subjects are.
  const read = (text) => {
    let at = 0, subject = "", property = "", depth = 0, closed = 0;
    const outer = [], classes = new Map();
    for (const [token] of text.matchAll(TOKEN)) {
      if (token.startsWith("#")) continue;
      if (token === "(") closed++;
      else if (token === ")") closed = Math.max(0, closed - 1);
      if (closed || token === ")") continue;
      if (token === "{" || token === "}") {
        depth = Math.max(0, depth + (token === "{" ? 1 : -1));
        at = 0;
      } else if (token === ".") at = 0;
      else if (token === ";") at = 1;
      else if (token === ",") at = 2;
      else if (token === "[") {
        outer.push([at, subject, property]);
        [at, subject] = [1, `[${outer.length}`];
      } else if (token === "]") {
        [at, subject, property] = outer.pop() ?? [0, "", ""];
        at = at === 0 ? 1 : at + 1;
      } else if (depth && /^[A-Z]{2,}$/i.test(token) && at === 0) continue; // OPTIONAL, FILTER, …
      else if (depth) {
        if (at === 0) subject = token;
        if (at === 1) property = token;
        if (at === 2 && (property === "a" || property === "rdf:type") && /[:<]/.test(token)) {
          classes.set(subject, [...(classes.get(subject) ?? []), full(token)]);
        }
        at = Math.min(at + 1, 3);
      }
    }
    return { at, depth, subject, property, classes };
  };

  const fold = (text) => text.toLowerCase();
  // How well a term answers to what was typed: 3 best, 0 not at all.
  const likeness = (term, typed) => {
    if (!typed) return 1;
    const [prefix, local] = typed.includes(":") ? typed.split(/:(.*)/s) : ["", typed];
    if (typed.includes(":") && !term.curie.startsWith(`${prefix}:`)) return 0;
    const name = fold(term.curie.slice(term.curie.indexOf(":") + 1)), wanted = fold(local);
    const labels = Object.values(term.label).map(fold);
    if (name.startsWith(wanted) || labels.some((label) => label.startsWith(wanted))) return 3;
    if (labels.some((label) => label.split(/[\s(/-]+/).some((word) => word.startsWith(wanted)))) return 2;
    return name.includes(wanted) || fold(term.curie).startsWith(fold(typed)) ? 1 : 0;
  };

  const terms = (typed, where, whole) => {
    const isClass = where.property === "a" || where.property === "rdf:type";
    const sorts = where.at === 1 ? ["property"] : isClass ? ["class"] : ["concept", "class"];
    const classes = read(whole).classes.get(where.subject) ?? [];
    const fitting = new Map();
    if (where.at === 1) {
      for (const one of classes)
        for (const [iri, required] of vocabulary.fits[one] ?? [])
          fitting.set(iri, Math.max(fitting.get(iri) ?? 0, required ? 2 : 1));
    }
    const range = where.at === 2 ? vocabulary.values[full(where.property)] ?? [] : [];
    return vocabulary.terms
      .filter((term) => sorts.includes(term.sort))
      .map((term) => ({ term, like: likeness(term, typed),
        fit: fitting.get(term.iri) ?? (range.some((one) => term.iri.startsWith(one)) ? 1 : 0) }))
      // Within a word any property is like another; a concept must begin as what was typed.
      .filter(({ like, fit }) => (sorts[0] === "concept" ? fit || (typed && like > 1) : true) && like)
      .sort((a, b) => b.fit - a.fit || b.like - a.like || a.term.curie.localeCompare(b.term.curie))
      .slice(0, 60)
      .map(({ term, fit }) => ({
        text: term.curie, prefix: term.curie.split(":", 1)[0],
        label: term.label[language] ?? Object.values(term.label)[0] ?? "",
        note: fit === 2 ? words.required : fit === 1 ? words.fits : "",
        title: term.definition,
      }));
  };

  const variables = (typed, whole) =>
    [...new Set(whole.match(/[?$]\w+/g) ?? [])]
      .filter((name) => name.startsWith(typed) && name !== typed).sort()
      .map((name) => ({ text: name, label: "" }));

  const things = async (typed) => {
    const response = await fetch(`/suggest.json?lang=${language}&q=${encodeURIComponent(typed)}`);
    if (!response.ok) return [];
    const { items } = await response.json();
    return items.filter(({ iri }) => iri).map(({ iri, name }) => ({ text: `<${iri}>`, label: name, note: words.thing }));
  };

  const choices = async () => {
    const to = editor.getCursor();
    const [typed = ""] = TYPED.exec(editor.getLine(to.line).slice(0, to.ch)) ?? [];
    const from = { line: to.line, ch: to.ch - typed.length };
    const before = editor.getRange({ line: 0, ch: 0 }, from);
    if (!vocabulary) await learn();
    let list = [];
    if (/^[?$]/.test(typed)) list = variables(typed, editor.getValue());
    else {
      const where = read(before);
      if (where.depth && where.at > 0) list = terms(typed.replace(/^</, ""), where, editor.getValue());
      const named = typed.replace(/^</, "");
      if (where.depth && where.at !== 1 && where.property !== "a" && named.length > 2 && !typed.includes(":"))
        list = (await things(named)).concat(list);
    }
    return { from, to, list: list.map((one) => ({ ...one, render, hint: put })) };
  };

  const render = (line, _, { text, label, note, title }) => {
    for (const [tag, words_] of [["code", label && text.startsWith("<") ? "" : text], ["bdi", label], ["small", note]]) {
      if (!words_) continue;
      const part = document.createElement(tag);
      part.textContent = words_.length > 90 ? `${words_.slice(0, 90)}…` : words_;
      line.append(part, " ");
    }
    if (title) line.title = title;
  };

  const put = (_, { from, to }, { text, prefix }) => {
    editor.replaceRange(`${text} `, from, to);
    if (prefix && !(prefix in editor.getPrefixesFromQuery()))
      editor.addPrefixes({ [prefix]: vocabulary.prefixes[prefix] });
  };

  const complete = () =>
    editor.showHint({ hint: choices, completeSingle: false, closeCharacters: /[\s()[\]{};,]/ });

  editor.on("inputRead", (_, change) => {
    const kind = editor.getTokenAt(editor.getCursor()).type ?? "";
    if (editor.state.completionActive || /comment|string$/.test(kind)) return;
    if (/^[\p{L}:?$<]$/u.test(change.text[0])) complete();
  });

  // --- answers ----------------------------------------------------------------------------------
  const status = document.querySelector("#status");
  let running = null;

  const unmark = () => editor.eachLine((line) => editor.removeLineClass(line, "background", "wrong"));
  const show = (text) => {
    const page = new DOMParser().parseFromString(text, "text/html");
    const answer = document.createElement("div");
    answer.id = "answer";
    answer.append(...(page.querySelector("#answer") ?? page.querySelector("main")).childNodes);
    document.querySelector("#answer").replaceWith(answer);
    const wrong = answer.querySelector("[data-line]");
    if (wrong) {
      const [line, ch] = [wrong.dataset.line - 1, wrong.dataset.column - 1];
      editor.addLineClass(line, "background", "wrong");
      editor.setCursor({ line, ch });
      editor.focus();
    }
    status.textContent = (answer.querySelector(".count, .verdict")
      ?? answer.querySelector("h1, h2"))?.textContent.trim() ?? "";
  };

  const ask = async () => {
    const parameters = new URLSearchParams(new FormData(form));
    const link = `${location.pathname}?${parameters}`;
    const short = link.length < LONGEST_LINK;
    running = new AbortController();
    button.textContent = words.stop;
    status.textContent = words.running;
    const options = { headers: { Accept: "text/html" }, signal: running.signal };
    try {
      const response = short ? await fetch(link, options)
        : await fetch(location.pathname, { ...options, method: "POST", body: parameters });
      show(await response.text());
      if (short) history.pushState(null, "", link);
    } catch (error) {
      status.textContent = error.name === "AbortError" ? words.stopped : words.unreached;
    } finally {
      running = null;
      button.textContent = words.run;
    }
  };

  form.addEventListener("submit", (event) => {
    area.value = editor.getValue();
    if (running) {
      event.preventDefault();
      running.abort();
    } else if (form.elements.format.value === "html") {
      event.preventDefault();
      unmark();
      ask();
    }
  });
  editor.on("change", unmark);
  window.addEventListener("popstate", () => location.reload());
})();
