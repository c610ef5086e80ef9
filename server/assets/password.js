// <password-field><input type="password" …></password-field>                  a button that shows what is typed
// <password-field data-strength><input type="password" …></password-field>    and how strong it is, where one is chosen
//
// Without this script the field is a plain one. What is typed stays in the field: strength is worked out here, by length and
// variety alone. The server knows more, such as what others use, and has the last word. A form that is sent hides it again.

// Each with the least that it takes: characters, and how many of them differ.
const STRENGTHS = [
  { words: "Too short", length: 1, different: 1 },
  { words: "Weak: the same again and again", length: 12, different: 1 },
  { words: "Fair: longer is better", length: 12, different: 7 },
  { words: "Good", length: 16, different: 9 },
  { words: "Strong", length: 20, different: 10 },
];

/** The number of the strength that a text has, from 1; 0: there is no text. */
function strengthOf(text) {
  const characters = [...text.normalize("NFKC")];
  const different = new Set(characters.map((it) => it.toLowerCase())).size;
  return STRENGTHS.findLastIndex((it) => characters.length >= it.length && different >= it.different) + 1;
}

class PasswordField extends HTMLElement {
  connectedCallback() {
    if (this.button) return;
    this.input = this.querySelector("input");
    this.button = this.makeButton();
    this.append(this.button);
    this.input.form?.addEventListener("submit", () => this.show(false));
    if ("strength" in this.dataset) this.after(this.makeMeter());
  }

  makeButton() {
    const label = this.input.labels[0].cloneNode(true);
    label.querySelector(".optional")?.remove();
    const what = label.textContent.trim().toLowerCase();
    const button = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-ghost btn-sm", textContent: "Show" });
    button.setAttribute("aria-label", `Show ${what}`);
    button.setAttribute("aria-controls", this.input.id);
    button.setAttribute("aria-pressed", "false");
    button.addEventListener("click", () => this.show(this.input.type === "password"));
    return button;
  }

  show(shown) {
    this.input.type = shown ? "text" : "password";
    this.button.setAttribute("aria-pressed", String(shown));
  }

  makeMeter() {
    const box = Object.assign(document.createElement("div"), { className: "strength", hidden: true });
    const meter = Object.assign(document.createElement("meter"), { max: STRENGTHS.length, low: 2.5, high: 3.5, optimum: STRENGTHS.length });
    meter.ariaLabel = "Strength";
    const words = document.createElement("span");
    words.setAttribute("role", "status");
    box.append(meter, words);
    const measure = () => {
      const strength = strengthOf(this.input.value);
      const said = STRENGTHS[strength - 1]?.words ?? "";
      box.hidden = !strength;
      meter.value = strength;
      meter.setAttribute("aria-valuetext", said);
      // Said again only when it is another.
      if (words.textContent !== said) words.textContent = said;
    };
    // Password managers fill a field without typing.
    for (const name of ["input", "change"]) this.input.addEventListener(name, measure);
    return box;
  }
}

customElements.define("password-field", PasswordField);
