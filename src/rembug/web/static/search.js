// What is typed into a search field is answered below it, by kind, as a combobox with a list of links
// (https://www.w3.org/WAI/ARIA/apg/patterns/combobox/). Without scripts the field is a plain form.
"use strict";

(() => {
  const form = document.querySelector("form[data-suggested]");
  if (!form) return;
  const field = form.elements.q;
  const PAUSE = 120; // milliseconds without a key, before anything is asked
  const LEAST = 2; // characters

  const make = (name, attributes, ...inside) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...inside);
    return element;
  };
  const list = make("div", { "id": "suggested", "class": "suggested", "hidden": "", "role": "listbox", "aria-label": form.dataset.label });
  const status = make("span", { class: "unseen", role: "status" });
  form.append(list, status);
  for (const [name, value] of Object.entries({ role: "combobox", autocomplete: "off", "aria-autocomplete": "list", "aria-controls": list.id, "aria-expanded": "false" }))
    field.setAttribute(name, value);

  let options = [];
  let chosen = -1;
  let asked; // the request under way
  let timer;

  const choose = (at) => {
    options[chosen]?.setAttribute("aria-selected", "false");
    chosen = at;
    options[chosen]?.setAttribute("aria-selected", "true");
    options[chosen]?.scrollIntoView({ block: "nearest" });
    if (options[chosen]) field.setAttribute("aria-activedescendant", options[chosen].id);
    else field.removeAttribute("aria-activedescendant");
  };
  const show = (shown) => {
    list.hidden = !shown;
    field.setAttribute("aria-expanded", String(shown));
    if (!shown) choose(-1);
  };
  const option = (text, page, ...more) => {
    const about = { "id": `suggested-${options.length}`, "href": page, "tabindex": -1, "role": "option", "aria-selected": "false" };
    const link = make("a", about, make("bdi", {}, text), ...more);
    options.push(link);
    return link;
  };

  const tell = (items) => {
    options = [];
    const groups = new Map();
    for (const item of items) groups.set(item.group, [...(groups.get(item.group) ?? []), item]);
    const parts = [...groups].map(([name, members], number) => {
      const head = make("div", { id: `suggested-of-${number}`, class: "kind" }, name);
      const tag = (item) => item.synthetic ? [make("span", { class: "tag" }, form.dataset.madeUp)] : [];
      const whose = (item) => item.study ? [make("small", {}, item.study)] : [];
      const links = members.map((item) => option(item.name, item.page, ...tag(item), ...whose(item)));
      return make("div", { "role": "group", "aria-labelledby": head.id }, head, ...links);
    });
    const whole = `${form.getAttribute("action")}?${new URLSearchParams(new FormData(form))}`;
    const all = option(form.dataset.all.replace("{text}", field.value.trim()), whole);
    all.className = "all";
    list.replaceChildren(...parts, all);
    status.textContent = form.dataset.suggested.replace("{count}", items.length);
    choose(-1);
    show(true);
  };

  const ask = async () => {
    asked?.abort();
    if (field.value.trim().length < LEAST) return show(false);
    asked = new AbortController();
    try {
      const response = await fetch(`/suggest.json?${new URLSearchParams(new FormData(form))}`, { signal: asked.signal });
      if (response.ok && document.activeElement === field) tell((await response.json()).items);
    } catch (error) {
      if (error.name !== "AbortError") show(false); // the form is there all the same
    }
  };

  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const { key } = event;
    if (key === "Escape" && !list.hidden) show(false);
    else if ((key === "ArrowDown" || key === "ArrowUp") && list.hidden) ask();
    else if (key === "ArrowDown") choose(chosen + 1 < options.length ? chosen + 1 : -1);
    else if (key === "ArrowUp") choose(chosen < 0 ? options.length - 1 : chosen - 1);
    else if (key === "Enter" && chosen >= 0) options[chosen].click();
    else return;
    event.preventDefault();
  });
  form.addEventListener("focusout", (event) => form.contains(event.relatedTarget) || show(false));
  list.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus
})();

// What opens over a page closes by Escape: the menu, its second part, the values of a facet. The
// second part closes also when the reader goes on to something else.
(() => {
  const over = ":is(.menu, .menu .more details, .facets details)[open]";
  document.addEventListener("keydown", (event) => {
    const open = event.key === "Escape" && event.target.closest?.(over);
    if (!open) return;
    open.open = false;
    open.querySelector("summary").focus();
  });
  const more = document.querySelector(".menu .more details");
  if (!more) return; // a page of its own, without a menu
  const close = () => { more.open = false; };
  document.addEventListener("click", (event) => more.contains(event.target) || close());
  more.addEventListener("focusout", (event) => event.relatedTarget && !more.contains(event.relatedTarget) && close());
})();
