/* Tries an operation out from its reference. Each form is made once somebody opens it: there are more than a hundred.
   The key stays in its field, and goes nowhere but into the request. */
(() => {
  "use strict";

  const LONGEST_SECONDS = 15;
  const LONGEST_CHARACTERS = 50_000;
  const key = document.getElementById("key");

  function element(name, properties, ...children) {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  }

  function field(place, { name, where, required }) {
    const id = `${place.id}-${name}`;
    const input = element("input", { id, name, required, autocomplete: "off", spellcheck: false });
    input.dataset.where = where;
    return element("div", {}, element("label", { htmlFor: id, textContent: `${name} (${where})` }), input);
  }

  function bodyField(place, example) {
    const id = `${place.id}-body`;
    const text = element("textarea", { id, name: "body", value: example, rows: Math.min(14, example.split("\n").length + 1), spellcheck: false });
    return element("div", {}, element("label", { htmlFor: id, textContent: "Body" }), text);
  }

  function requestOf(place, form) {
    const fields = [...form.querySelectorAll("[data-where]")].filter((it) => it.value);
    const within = (where) => fields.filter((it) => it.dataset.where === where);
    let path = place.dataset.path;
    for (const it of within("path")) path = path.replace(`{${it.name}}`, encodeURIComponent(it.value));
    const address = new URL(path, location.origin);
    for (const it of within("query")) address.searchParams.append(it.name, it.value);
    const headers = new Headers(within("header").map((it) => [it.name, it.value]));
    if (key.value) headers.set("Authorization", `Bearer ${key.value.trim()}`);
    const body = form.elements.body?.value;
    if (body && !place.dataset.media.includes("*")) headers.set("Content-Type", place.dataset.media);
    return [address, { method: place.dataset.method, headers, body: body || undefined, credentials: "omit", redirect: "manual" }];
  }

  async function textOf(answer) {
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    while (reader && text.length < LONGEST_CHARACTERS) {
      const { done, value } = await reader.read().catch(() => ({ done: true }));
      if (done) return text;
      text += value;
    }
    await reader?.cancel();
    return text.slice(0, LONGEST_CHARACTERS);
  }

  function readable(text, type) {
    if (!/json|text|xml|csv/.test(type)) return `(${type || "nothing"} is not shown here)`;
    try {
      return /json$/.test(type) ? JSON.stringify(JSON.parse(text), null, 2) : text;
    } catch {
      return text;
    }
  }

  async function send(place, form, said, shown) {
    said.textContent = "Asked; waiting for the answer.";
    shown.hidden = true;
    try {
      const [address, request] = requestOf(place, form);
      const answer = await fetch(address, { ...request, signal: AbortSignal.timeout(LONGEST_SECONDS * 1000) });
      const type = (answer.headers.get("content-type") ?? "").split(";")[0];
      said.textContent = `Answered ${answer.status} ${answer.statusText}`;
      shown.textContent = readable(await textOf(answer), type);
      shown.hidden = !shown.textContent;
    } catch (error) {
      said.textContent = error.name === "TimeoutError" ? `No answer within ${LONGEST_SECONDS} seconds.` : "No answer came.";
    }
  }

  function open(place) {
    const section = place.closest("section");
    const parameters = [...section.querySelectorAll("[data-parameter]")].map((row) => ({
      name: row.dataset.parameter, where: row.dataset.where, required: row.dataset.where === "path",
    }));
    const said = element("p", {});
    said.setAttribute("role", "status");
    const shown = element("pre", { hidden: true });
    const form = element("form", {}, ...parameters.map((it) => field(place, it)));
    const example = section.querySelector("[data-sent]");
    if (place.dataset.media) form.append(bodyField(place, example ? example.textContent : ""));
    if (place.dataset.method !== "GET") form.append(element("p", { textContent: "This is no rehearsal: it is done in this installation." }));
    form.append(element("button", { textContent: `Send ${place.dataset.method}` }));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      send(place, form, said, shown);
    });
    place.append(form, said, shown);
  }

  for (const it of document.querySelectorAll(".try")) it.hidden = false;
  for (const place of document.querySelectorAll("details.try")) {
    place.addEventListener("toggle", () => open(place), { once: true });
  }
})();
