/* Feedback on any page: <script src="https://feedback.example.org/widget.js" data-service="blue-badge" defer></script>
   A button where the script stands, and a dialog. No cookie, no storage, no dependency, nothing sent before "Send".
   docs/widget.md tells the rest. */
(() => {
  "use strict";

  const WORDS = {}; // by language; filled from the catalogues where this file is served

  const STYLE = `
    :host { all: initial; color-scheme: light dark; --ink: #10202b; --soft: #47555f; --paper: #fff; --alarm: #a3161b;
      --brand: var(--feedback-colour, #0b4f6c); --on-brand: var(--feedback-on-colour, #fff);
      font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
    * { box-sizing: border-box; }
    [hidden] { display: none !important; }
    button { min-height: 2.75rem; padding: .5rem 1.1rem; border: 2px solid transparent; border-radius: .25rem;
      background: var(--brand); color: var(--on-brand); font: inherit; font-weight: 700; cursor: pointer; }
    button:hover { text-decoration: underline; }
    button.quiet { border-color: currentColor; background: none; color: var(--ink); }
    dialog { width: min(34rem, calc(100vw - 1rem)); max-width: none; max-height: calc(100dvh - 1rem); overflow: auto;
      padding: 1.25rem; border: 2px solid var(--soft); border-radius: .4rem; background: var(--paper); color: var(--ink);
      overflow-wrap: break-word; }
    dialog::backdrop { background: rgb(0 0 0 / .55); }
    h2 { margin: 0 0 1rem; font-size: 1.35rem; line-height: 1.25; }
    p { margin: 0 0 .75rem; }
    p:empty { margin: 0; }
    label { display: block; margin-bottom: .25rem; font-weight: 700; }
    .hint { color: var(--soft); }
    .error, .failed { color: var(--alarm); font-weight: 700; }
    textarea { display: block; width: 100%; min-height: 8rem; margin-bottom: 1rem; padding: .5rem; border: 2px solid var(--soft);
      border-radius: .25rem; background: var(--paper); color: inherit; font: inherit; resize: vertical; }
    textarea[aria-invalid] { border-color: var(--alarm); }
    .row { display: flex; flex-wrap: wrap; gap: .75rem; margin: 0; }
    a { color: inherit; text-underline-offset: .15em; }
    code { font: 700 1.15rem/1.5 ui-monospace, Menlo, Consolas, monospace; white-space: nowrap; }
    :focus-visible { outline: .2rem solid #ffd84d; outline-offset: 0; box-shadow: 0 0 0 .35rem #10202b; }
    @media (prefers-color-scheme: dark) {
      dialog { --ink: #eef3f6; --soft: #b9c4cc; --paper: #11191f; --alarm: #ff9c96; }
    }
    @media (forced-colors: active) { button { border-color: ButtonText; } }`;

  const script = document.currentScript;
  const { service, language } = script.dataset;
  if (!service) throw new Error("widget.js needs data-service");
  const wanted = (language || document.documentElement.lang).toLowerCase().split("-")[0];
  const code = Object.hasOwn(WORDS, wanted) ? wanted : "en";
  const words = WORDS[code];
  const home = new URL(script.src).origin;
  const formPage = `${home}/services/${encodeURIComponent(service)}/feedback?lang=${code}`;

  function make(tag, properties, ...children) {
    const { attributes = {}, ...rest } = properties;
    const element = Object.assign(document.createElement(tag), rest);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  }

  function link(href, text) {
    return make("a", { href, target: "_blank", rel: "noopener noreferrer" }, text + words.tab);
  }

  const opener = make("button", { type: "button", attributes: { "aria-haspopup": "dialog", part: "button" } }, words.open);
  const title = make("h2", { id: "title" }, words.title);
  const hint = make("p", { id: "hint", className: "hint" }, words.hint);
  const error = make("p", { id: "error", className: "error", attributes: { role: "alert" } });
  const message = make("textarea", { id: "message", rows: 5, required: true, attributes: { "aria-describedby": "hint error" } });
  const send = make("button", { type: "submit" }, words.send);
  const close = make("button", { type: "button", className: "quiet" }, words.close);
  const result = make("p", { attributes: { role: "status" } });
  const form = make("form", { noValidate: true }, make("label", { htmlFor: "message" }, words.label), hint, error, message);
  const dialog = make("dialog", { attributes: { "aria-labelledby": "title" } }, title, form, result, make("p", { className: "row" }, send, close));
  send.setAttribute("form", (form.id = "form"));

  let attempt = null; // the body and key last sent: the same message again is the same piece of feedback
  let sending = false;

  function newAttempt(text) {
    const key = crypto.randomUUID?.() ?? Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16)).join("-");
    return { text, key, body: JSON.stringify({ message: text, page_url: location.origin + location.pathname }) };
  }

  function complaint(text) {
    if (!text.trim()) return words.empty;
    return [...text].length > 5000 ? words.long : "";
  }

  function showError(text) {
    error.textContent = text && words.error + text;
    if (!text) return message.removeAttribute("aria-invalid");
    message.setAttribute("aria-invalid", "true");
    message.focus();
  }

  function showResult(className, ...parts) {
    result.className = className;
    result.replaceChildren(...parts);
  }

  function showForm(shown) {
    form.hidden = send.hidden = !shown;
  }

  function showReceipt(receipt) {
    attempt = null;
    message.value = "";
    showForm(false);
    showResult("", words.thanks, make("code", {}, receipt), ". ", link(`${home}/receipts/${encodeURIComponent(receipt)}?lang=${code}`, words.follow));
    close.focus();
  }

  function showFailure(status) {
    if (status === 429) showResult("failed", words.many);
    else showResult("failed", words.failed, link(formPage, words.page), ".");
  }

  async function post() {
    const response = await fetch(`${home}/v1/services/${encodeURIComponent(service)}/feedback`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "Idempotency-Key": attempt.key },
      body: attempt.body,
      credentials: "omit",
      referrerPolicy: "no-referrer",
      signal: AbortSignal.timeout?.(20000),
    });
    if (response.status !== 202) return showFailure(response.status);
    showReceipt((await response.json()).receipt);
  }

  async function submit(event) {
    event.preventDefault();
    if (sending) return;
    showError(complaint(message.value));
    showResult("", "");
    if (error.textContent) return;
    if (attempt?.text !== message.value) attempt = newAttempt(message.value);
    sending = true;
    showResult("hint", words.sending);
    try {
      await post();
    } catch {
      showFailure(0);
    } finally {
      sending = false;
    }
  }

  function open() {
    if (form.hidden) {
      showForm(true);
      showResult("", "");
    }
    dialog.showModal();
    message.focus();
  }

  function styled(root) {
    try {
      const sheet = new CSSStyleSheet(); // needs no leave of the host page's policy
      sheet.replaceSync(STYLE);
      root.adoptedStyleSheets = [sheet];
    } catch {
      root.append(make("style", {}, STYLE));
    }
    return root;
  }

  opener.addEventListener("click", open);
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => opener.focus());
  form.addEventListener("submit", submit);
  const host = make("feedback-widget", { lang: code, dir: words.direction });
  styled(host.attachShadow({ mode: "open" })).append(opener, dialog);
  if (script.closest("body")) script.after(host);
  else document.body.append(host);
})();
