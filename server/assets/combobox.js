// <search-select src="/clients/options?q="><select name="client_id">…</select></search-select>
//
// Turns a plain select into a searchable box (ARIA combobox with a listbox). The select stays in the form, hidden, and
// keeps the value, so `change` and `input` events, required values and submission work as without script. Its options
// are what an empty box offers (an <optgroup label> becomes a heading); typed text is sent to `src`, which answers items:
//   <li role="option" data-value="ID">Name<small>why or what</small></li>
// An empty answer shows "Nothing found". Its first option, if valueless, gives the placeholder.
let made = 0;

class SearchSelect extends HTMLElement {
  connectedCallback() {
    if (this.input) return;
    this.select = this.querySelector("select");
    this.list = Object.assign(document.createElement("ul"), { id: `listbox-${++made}`, role: "listbox", hidden: true });
    this.input = this.makeInput();
    this.select.hidden = true;
    this.select.required = false;
    this.classList.add("combobox");
    this.append(this.input, this.list);
    this.list.ariaLabel = this.input.ariaLabel ?? this.select.labels?.[0]?.textContent ?? "Choices";
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", ({ target }) => this.choose(target.closest("[role=option]")));
    this.addEventListener("keydown", (event) => this.onKey(event));
  }

  makeInput() {
    const { select } = this;
    const input = document.createElement("input");
    Object.assign(input, { type: "text", autocomplete: "off", spellcheck: false, role: "combobox", required: select.required });
    input.placeholder = select.options[0]?.value === "" ? select.options[0].text : "";
    for (const name of ["aria-label", "aria-describedby", "aria-invalid"]) {
      if (select.hasAttribute(name)) input.setAttribute(name, select.getAttribute(name));
    }
    [input.id, select.id] = [select.id, ""];
    input.value = this.chosenText();
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-controls", this.list.id);
    input.ariaExpanded = "false";
    input.addEventListener("click", () => this.list.hidden && this.offer());
    input.addEventListener("blur", () => this.close());
    input.addEventListener("input", (event) => {
      event.stopPropagation(); // what is typed here is a search, not yet a value of the form
      clearTimeout(this.timer);
      this.timer = setTimeout(() => (input.value.trim() ? this.search() : this.offer()), 200);
    });
    return input;
  }

  chosenText() {
    const option = this.select.selectedOptions[0];
    return option?.value ? option.text : "";
  }

  /** Shows the select's own options. */
  offer() {
    this.list.replaceChildren();
    for (const option of this.select.options) {
      if (!option.value) continue;
      const item = Object.assign(document.createElement("li"), { role: "option", textContent: option.text });
      item.dataset.value = option.value;
      if (option.title) item.append(Object.assign(document.createElement("small"), { textContent: option.title }));
      this.list.append(item);
    }
    this.open(this.list.children.length ? null : "Type to search");
  }

  async search() {
    const query = this.input.value.trim();
    let html = "";
    try {
      const response = await fetch(this.getAttribute("src") + encodeURIComponent(query), { headers: { "X-Fragment": "true" } });
      if (!response.ok) throw new Error(String(response.status));
      html = await response.text();
    } catch {
      return this.open("The search did not answer. Try again.");
    }
    if (query !== this.input.value.trim()) return;
    this.list.innerHTML = html;
    this.open(this.list.children.length ? null : "Nothing found");
  }

  open(message) {
    if (message) {
      const item = Object.assign(document.createElement("li"), { role: "option", ariaDisabled: "true", textContent: message });
      this.list.replaceChildren(item);
    }
    [...this.list.children].forEach((item, index) => { item.id = `${this.list.id}-${index}`; item.ariaSelected = "false"; });
    this.list.hidden = false;
    this.input.ariaExpanded = "true";
    this.mark(0);
  }

  close() {
    clearTimeout(this.timer);
    this.list.hidden = true;
    this.input.ariaExpanded = "false";
    this.input.removeAttribute("aria-activedescendant");
    if (!this.input.value.trim() && this.select.value && !this.input.required) this.set("", "");
    this.input.value = this.chosenText();
  }

  mark(index) {
    const items = [...this.list.querySelectorAll("[role=option]:not([aria-disabled])")];
    if (!items.length) return;
    const now = (index + items.length) % items.length;
    items.forEach((item, at) => { item.ariaSelected = String(at === now); });
    this.input.setAttribute("aria-activedescendant", items[now].id);
    items[now].scrollIntoView({ block: "nearest" });
    this.at = now;
  }

  onKey(event) {
    const open = !this.list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (open) this.mark(this.at + (event.key === "ArrowDown" ? 1 : -1));
      else this.offer();
    } else if (event.key === "Enter" && open) {
      event.preventDefault();
      this.choose(this.list.querySelector("[aria-selected=true]"));
    } else if (event.key === "Escape" && open) {
      event.preventDefault();
      event.stopPropagation();
      this.close();
    }
  }

  choose(item) {
    if (!item || item.ariaDisabled) return;
    const label = [...item.childNodes].filter((node) => node.nodeName !== "SMALL").map((node) => node.textContent).join("").trim();
    this.set(item.dataset.value, label);
    this.close();
  }

  set(value, label) {
    const { select } = this;
    if (![...select.options].some((option) => option.value === value)) select.add(new Option(label, value));
    select.value = value;
    for (const name of ["input", "change"]) select.dispatchEvent(new Event(name, { bubbles: true }));
  }
}

customElements.define("search-select", SearchSelect);
