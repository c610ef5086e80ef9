// The search box of the top bar: <form data-suggest="/search"><input name="q" data-search>…</form>
//
// As people type, the server's answer to `data-suggest`?q= is shown below the box (ARIA combobox with a listbox of groups):
//   <div role="group" aria-label="Clients"><div role="option" data-href="/clients/1">Name<small>which</small></div></div>
// Arrow keys choose, Enter opens what is chosen or else the page of the search, Escape closes. Without script the form leads
// to that page.
for (const form of document.querySelectorAll("form[data-suggest]")) {
  const input = form.querySelector("[data-search]");
  const list = Object.assign(document.createElement("div"), { id: "search-choices", className: "search-choices", role: "listbox", ariaLabel: "Found", hidden: true });
  form.append(list);
  Object.assign(input, { role: "combobox", autocomplete: "off", ariaExpanded: "false" });
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  let timer;
  let asked;

  const options = () => [...list.querySelectorAll("[role=option]:not([aria-disabled])")];
  const chosen = () => list.querySelector("[aria-selected=true]");

  function close() {
    clearTimeout(timer);
    asked?.abort();
    list.hidden = true;
    input.ariaExpanded = "false";
    input.removeAttribute("aria-activedescendant");
  }

  function choose(option) {
    for (const other of options()) other.ariaSelected = String(other === option);
    if (!option) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  function show(html) {
    list.innerHTML = html;
    list.querySelectorAll("[role=option]").forEach((option, index) => { option.id = `search-choice-${index}`; option.ariaSelected = "false"; });
    list.hidden = false;
    input.ariaExpanded = "true";
    input.removeAttribute("aria-activedescendant");
    const told = list.querySelector("[data-told]");
    document.getElementById("live")?.replaceChildren(told.textContent);
    told.remove();
  }

  async function ask() {
    const q = input.value.trim();
    asked?.abort();
    if (!q) return close();
    asked = new AbortController();
    const { signal } = asked;
    try {
      const answer = await fetch(`${form.dataset.suggest}?${new URLSearchParams({ q })}`, { headers: { "X-Fragment": "true" }, cache: "no-store", signal });
      const html = await answer.text();
      // Signed out meanwhile, or refused: Enter leads to the page that says so.
      if (signal.aborted || document.activeElement !== input) return;
      if (!answer.ok || answer.redirected) close();
      else show(html);
    } catch (error) {
      if (error.name !== "AbortError") close();
    }
  }

  function move(step) {
    if (list.hidden) return ask();
    const all = options();
    const at = all.indexOf(chosen());
    // Before the first and after the last there is the box itself.
    const next = (at + 1 + step + all.length + 1) % (all.length + 1);
    choose(all[next - 1]);
  }

  input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 150); });
  input.addEventListener("blur", close);
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", ({ target }) => {
    const option = target.closest("[data-href]");
    if (option) location.assign(option.dataset.href);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && !list.hidden && chosen()) {
      event.preventDefault();
      location.assign(chosen().dataset.href);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    }
  });
}
