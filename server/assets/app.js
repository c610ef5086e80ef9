// Ascent's page script: progressive enhancement only. Every page works without it as plain links and forms.
//
// Requests made here carry `X-Fragment: true`; the server answers with HTML fragments (and `Vary: X-Fragment`):
//   - each top-level element with an id replaces the element of that id, wherever it is; `.flash` elements become messages;
//   - a response header `X-Location: /path` moves to that page instead; an answer that is a whole page is visited.
//
//   form[data-swap="#id"], a[data-swap="#id"]  fetch and replace #id; add data-push to put a GET's address in the URL
//   a[data-swap][data-from="/url"]             the same, fetched from /url; the link's own address is what data-push puts there
//   [data-autosubmit]                          submits its form on change; text inputs while typing, after a pause
//   a[data-expand="/url"]                      aria-expanded toggle of its aria-controls region, filled when first opened
//   [data-invalid="id id"]                     in an answer: these fields of its form were refused, the others were not
//   details[data-load="/url"]                  fills its [data-body] when first opened
//   a[data-dialog], a[data-dialog="/url"]      fetches a <dialog> and opens it; a 422 re-renders it, success closes and
//                                              applies the answer (or reloads if it is empty); [data-close] closes
//   form[data-confirm]                         in a dialog that asks first: a 422 without a dialog is the page's form's answer
//   dialog[data-open]                          opened as modal on load
//   form[data-preview="/url"]                  posts itself to /url while typing; the answer's <output id> is replaced
//   [data-events="/url"]                       server-sent events: JSON, fields shown by [data-event-text="a.b"] (in the
//                                              words of data-event-words='{"value":"Words"}' where that has some),
//                                              [data-event-if="a.b"] hidden while there is no such value,
//                                              <progress> by its progress.done/total; at the end reloads data-refresh
//   [data-watch="/url"]                        asked every few seconds while the page is in view: 204 or what replaces it
//   input[data-ticks="name"]                   ticks all boxes of that name in its form, and shows whether they are
//   button[data-add-row="#id"]                 appends the <template data-row> found in #id; [data-remove-row] removes
//   time[data-relative], [data-copy="text"], [data-dismiss], [data-search], [data-announce]
//   Theme: theme.js. Searchable select: combobox.js. Passwords: password.js.

const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
const debounce = (run, timer) => (...args) => { clearTimeout(timer); timer = setTimeout(run, 250, ...args); };

// Fetching and swapping -----------------------------------------------------------------------------------------------

const UNSURE = "Ascent did not answer as expected. Check whether your change was saved before you repeat it.";
class WholePage extends Error {}
const isPage = (html) => /^\s*<!doctype/i.test(html);

/** Fetches a fragment, also of what somebody else changed meanwhile (409). Throws `WholePage` once it has sent the browser
 * to a full page instead. */
async function fetchFragment(url, options = {}) {
  const response = await fetch(url, { cache: "no-store", ...options, headers: { "X-Fragment": "true", ...options.headers } });
  const html = await response.text();
  const page = response.headers.get("X-Location") ?? (isPage(html) && response.ok ? response.url : null);
  if (page) {
    location.assign(page);
    throw new WholePage();
  }
  const refused = response.status === 422;
  const overtaken = response.status === 409 && !isPage(html);
  if (!response.ok && !refused && !overtaken) throw new Error($("[data-error]", parse(html))?.textContent.trim() || UNSURE);
  return { html, refused };
}

// Attributes, not properties: a field named "action" or "method" would hide those.
const methodOf = (form) => (form.getAttribute("method") ?? "get").toUpperCase();

function formRequest(form, submitter) {
  const data = new FormData(form, submitter);
  const url = new URL(submitter?.getAttribute("formaction") ?? form.getAttribute("action") ?? "", location);
  if (methodOf(form) !== "GET") return [url, { method: "POST", body: new URLSearchParams(data) }];
  url.search = new URLSearchParams([...data].filter(([, value]) => value !== ""));
  return [url, {}];
}

const parse = (html) => Object.assign(document.createElement("template"), { innerHTML: html }).content;

/** Replaces elements by the fragment's; keeps focus and caret where they were, and what was open stays open. */
function swap(html, selector) {
  const opened = $$("a[data-expand][aria-expanded=true]").map((toggle) => toggle.getAttribute("aria-controls"));
  const content = parse(html);
  const parts = [...content.children];
  const active = document.activeElement;
  const caret = active?.selectionStart;
  const matched = parts.filter((part) => part.id && document.getElementById(part.id));
  const target = selector && $(selector);
  for (const part of parts) {
    if (part.matches("dialog")) showDialog(part);
    else if (part.matches(".flash")) $("#flashes").append(part);
    else if (matched.includes(part)) replace(document.getElementById(part.id), part);
    if (part.matches("[data-invalid]")) markInvalid(part);
  }
  if (target && !matched.length && parts.some((part) => !part.matches(".flash, dialog"))) target.replaceChildren(...content.childNodes);
  for (const toggle of $$("a[data-expand][aria-expanded=false]")) {
    if (opened.includes(toggle.getAttribute("aria-controls"))) expand(toggle);
  }
  if (active && !active.isConnected) refocus(active, caret, selector);
  const news = parts.flatMap((part) => [part, ...$$("*", part)]).find((part) => part.matches("[data-announce]"));
  if (news) announce(news.textContent);
  enhance();
}

/** The fields of a form that were refused, by an answer that leaves the fields themselves as they are typed. */
function markInvalid(answer) {
  const refused = answer.dataset.invalid.split(" ");
  for (const field of $$("input[aria-describedby]", answer.closest("form") ?? document)) {
    if (refused.includes(field.id)) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }
  $("[aria-invalid=true]", answer.closest("form") ?? document)?.focus();
}

/** Puts a new element in the place of an old one; what was closed stays closed. */
function replace(old, part) {
  const isOpen = $("a[data-expand]", old)?.ariaExpanded;
  old.replaceWith(part);
  const toggle = $("a[data-expand]", part);
  if (part.matches(".company") && toggle && isOpen === "false" && toggle.ariaExpanded === "true") expand(toggle);
}

function refocus(lost, caret, selector) {
  const region = (selector && $(selector)) || document;
  const same = (lost.id && document.getElementById(lost.id))
    || (lost.name && $(`[name="${CSS.escape(lost.name)}"]:not([type=hidden])`, region))
    || (lost.ariaLabel && $(`[aria-label="${CSS.escape(lost.ariaLabel)}"]`, region))
    || $("[aria-invalid=true], [autofocus], a, button, input", region);
  if (!same) return;
  same.focus({ preventScroll: true });
  if (caret != null && same.setSelectionRange) try { same.setSelectionRange(caret, caret); } catch { /* not a text field */ }
}

function announce(text) {
  $("#live")?.replaceChildren(text.trim());
}

/** Shows an error; inside an open dialog, since nothing behind it can be seen. */
function complain(text) {
  const message = Object.assign(document.createElement("div"), { className: "flash flash-bad", role: "alert", textContent: text });
  message.insertAdjacentHTML("beforeend", '<button class="btn btn-ghost btn-sm" type="button" data-dismiss>Dismiss</button>');
  ($("dialog[open] .card-body") ?? $("#flashes"))?.prepend(message);
}

const latest = new WeakMap();
/** Fetches for an element; older answers to the same element are dropped. */
async function request(element, url, options, handle) {
  latest.get(element)?.abort();
  const control = new AbortController();
  latest.set(element, control);
  element.setAttribute("aria-busy", "true");
  try {
    const answer = await fetchFragment(url, { ...options, signal: control.signal });
    if (latest.get(element) === control) handle(answer);
  } catch (error) {
    if (error.name === "AbortError" || error instanceof WholePage) return;
    // A read that failed is tried the plain way; a write is never repeated behind the person's back.
    if (error instanceof TypeError && !options.method) location.assign(url);
    else complain(error instanceof TypeError ? UNSURE : error.message);
  } finally {
    if (latest.get(element) === control) element.removeAttribute("aria-busy");
  }
}

function follow(element, url, options) {
  return request(element, url, options, ({ html }) => {
    swap(html, element.dataset.swap);
    if (!element.hasAttribute("data-push") || options.method) return;
    history[document.activeElement?.matches("input") ? "replaceState" : "pushState"](null, "", element.dataset.from ? element.href : url);
    shown = location.search;
  });
}

// The address went back to one whose content was swapped away: let the server draw it.
let shown = location.search;
window.addEventListener("popstate", () => { if (location.search !== shown) location.reload(); });

// Dialogs -------------------------------------------------------------------------------------------------------------

const openDialog = (html) => showDialog($("dialog", parse(html)));

function showDialog(dialog) {
  document.body.append(dialog);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.showModal();
  enhance();
}

function submitInDialog(dialog, form, submitter) {
  const [url, options] = formRequest(form, submitter);
  return request(form, url, options, ({ html, refused }) => {
    const content = parse(html);
    // What the form of the page says to what was sent on from the question whether it is still them.
    const elsewhere = form.hasAttribute("data-confirm") && !$("dialog", content);
    if (refused && !elsewhere) {
      dialog.replaceChildren(...($("dialog", content) ?? content).childNodes);
      $("[aria-invalid=true]", dialog)?.focus();
      return enhance();
    }
    dialog.close();
    return html.trim() ? swap(html, form.dataset.swap) : location.reload();
  });
}

// Delegated events ----------------------------------------------------------------------------------------------------

document.addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  const dialog = form.closest("dialog");
  if (event.defaultPrevented || methodOf(form) === "DIALOG" || submitter?.hasAttribute("data-plain")) return;
  if (!dialog && !form.dataset.swap) return;
  event.preventDefault();
  if (form.ariaBusy === "true" && methodOf(form) === "POST") return; // a double click is one submission
  if (dialog) submitInDialog(dialog, form, submitter);
  else follow(form, ...formRequest(form, submitter));
});

document.addEventListener("click", (event) => {
  const on = (selector) => event.target.closest(selector);
  let hit;
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  if ((hit = on("[data-dismiss]"))) hit.closest(".flash").remove();
  else if ((hit = on("[data-close]")) && hit.closest("dialog")) { event.preventDefault(); hit.closest("dialog").close(); }
  else if ((hit = on("a[data-dialog]"))) { event.preventDefault(); request(hit, hit.dataset.dialog || hit.href, {}, ({ html }) => openDialog(html)); }
  else if ((hit = on("a[data-expand]"))) { event.preventDefault(); remember(hit, expand(hit)); }
  else if ((hit = on("a[data-swap][href]"))) { event.preventDefault(); follow(hit, hit.dataset.from ?? hit.href, {}); }
  else if ((hit = on("[data-copy]"))) navigator.clipboard?.writeText(hit.dataset.copy).then(() => announce("Copied"));
  else if ((hit = on("[data-add-row]"))) { event.preventDefault(); addRow($(hit.dataset.addRow)); }
  else if ((hit = on("[data-remove-row]"))) { event.preventDefault(); removeRow(hit); }
});

function expand(toggle) {
  const region = document.getElementById(toggle.getAttribute("aria-controls"));
  const open = toggle.ariaExpanded !== "true";
  toggle.ariaExpanded = String(open);
  region.hidden = !open;
  if (open && !region.children.length) load(region, toggle.dataset.expand);
  return open;
}

/** The address says which row of this page is open, so that loading it again opens it again. */
function remember(toggle, open) {
  const url = new URL(toggle.href);
  if (url.pathname !== location.pathname) return;
  if (!open) url.searchParams.delete("company");
  history.replaceState(null, "", url);
  shown = location.search;
}

function load(region, url) {
  region.innerHTML = '<div class="skeleton" aria-hidden="true"></div>';
  request(region, url, {}, ({ html }) => { region.innerHTML = html; enhance(); });
}

document.addEventListener("toggle", (event) => {
  const details = event.target;
  if (!details.matches?.("details[data-load][open]")) return;
  load($("[data-body]", details), details.dataset.load);
  details.removeAttribute("data-load");
}, true);

function addRow(rows) {
  rows.append($("template[data-row]", rows).content.cloneNode(true));
  $("input", rows.lastElementChild).focus();
}

function removeRow(button) {
  const row = button.closest(".line-row");
  (row.nextElementSibling ?? row.previousElementSibling)?.querySelector("input")?.focus();
  row.remove();
}

const typed = debounce((form) => form.requestSubmit());
const preview = debounce((form) => {
  const body = new URLSearchParams(new FormData(form));
  request($("output", form) ?? form, form.dataset.preview, { method: "POST", body }, ({ html }) => swap(html));
});

document.addEventListener("input", ({ target }) => {
  if (target.matches("input[data-autosubmit]:not([type=checkbox], [type=radio])")) typed(target.form);
  const form = target.closest("form[data-preview]");
  if (form && !target.matches("[role=combobox]")) preview(form);
});
/** After a change of a box that ticks others, or of one of those. */
function tick(box) {
  const master = box.form && $("input[data-ticks]", box.form);
  if (!master) return;
  const boxes = $$(`input[name="${CSS.escape(master.dataset.ticks)}"]`, box.form);
  if (box === master) for (const other of boxes) other.checked = master.checked;
  const ticked = boxes.filter((other) => other.checked).length;
  master.checked = ticked === boxes.length;
  master.indeterminate = ticked > 0 && ticked < boxes.length;
}

document.addEventListener("change", ({ target }) => {
  if (target.matches("[type=checkbox]")) tick(target);
  if (target.matches("select[data-autosubmit], [type=checkbox][data-autosubmit], [type=radio][data-autosubmit]")) target.form.requestSubmit();
});
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, select, textarea");
  const command = event.ctrlKey || event.metaKey;
  const wanted = command ? event.key.toLowerCase() === "k" : event.key === "/" && !typing;
  if (!wanted || $("dialog[open]")) return;
  event.preventDefault();
  $("[data-search]")?.select();
});

// Live progress -------------------------------------------------------------------------------------------------------

const ENDED = ["succeeded", "failed", "partly_failed", "interrupted"];

function listen(box) {
  const source = new EventSource(box.dataset.events);
  const show = ({ data }) => {
    if (!box.isConnected) return source.close();
    const state = JSON.parse(data);
    if (state.html) box.innerHTML = state.html;
    for (const element of $$("[data-event-text]", box)) showField(element, state);
    for (const element of $$("[data-event-if]", box)) element.hidden = valueAt(state, element.dataset.eventIf) == null;
    const bar = $("progress", box);
    if (bar && state.progress) showBar(bar, state.progress);
    if (state.done || ENDED.includes(state.status)) { source.close(); refresh(box); }
  };
  for (const name of ["message", "progress", "done"]) source.addEventListener(name, show);
  // A refused stream is not tried again by the browser: the page's own state then says the rest.
  source.addEventListener("error", () => { if (source.readyState === EventSource.CLOSED) setTimeout(refresh, 3000, box); });
}

const WATCH_EVERY = 3000;

/** Asks whether something happened elsewhere. A failure says nothing: the next question may fare better. */
async function watch(box) {
  if (!box.isConnected) return;
  try {
    const { html } = document.hidden ? {} : await fetchFragment(box.dataset.watch);
    if (html && box.isConnected) return swap(html);
  } catch (error) {
    if (error instanceof WholePage) return;
  }
  setTimeout(watch, WATCH_EVERY, box);
}

const valueAt = (state, path) => path.split(".").reduce((part, key) => part?.[key], state);

function showField(element, state) {
  const value = valueAt(state, element.dataset.eventText);
  const words = JSON.parse(element.dataset.eventWords ?? "{}");
  const text = typeof value === "number" ? value.toLocaleString("en-US") : words[value] ?? value;
  if (text == null || text === element.textContent) return;
  element.textContent = text;
  if (element.hasAttribute("data-event-announce")) announce(text);
}

function showBar(bar, { done, total }) {
  if (total) Object.assign(bar, { max: total, value: done });
  else bar.removeAttribute("value");
}

function refresh(box) {
  if (box.dataset.refresh) request(box, box.dataset.refresh, {}, ({ html }) => swap(html));
  else location.reload();
}

// Relative times ------------------------------------------------------------------------------------------------------

const units = [["day", 86400], ["hour", 3600], ["minute", 60]];
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

function showTimes() {
  for (const time of $$("time[data-relative]")) {
    const seconds = (Date.parse(time.dateTime) - Date.now()) / 1000;
    const [unit, size] = units.find(([, size]) => Math.abs(seconds) >= size) ?? [];
    time.textContent = unit ? relative.format(Math.trunc(seconds / size), unit) : seconds > 0 ? "in a moment" : "just now";
  }
}

/** A good message leaves by itself, unless somebody is at it. */
function leave(message) {
  if (message.matches(":hover, :focus-within")) setTimeout(leave, 2000, message);
  else message.remove();
}

/** Brings new markup to life; called after every swap, so each step must be safe to repeat. */
function enhance() {
  for (const box of $$("[data-events]:not([data-live])")) { box.dataset.live = ""; listen(box); }
  for (const box of $$("[data-watch]:not([data-live])")) { box.dataset.live = ""; setTimeout(watch, WATCH_EVERY, box); }
  for (const message of $$(".flash:not(.flash-bad, [data-timed])")) { message.dataset.timed = ""; setTimeout(leave, 8000, message); }
  showTimes();
}

enhance();
for (const dialog of $$("dialog[data-open]")) dialog.showModal();
setInterval(showTimes, 30_000);
