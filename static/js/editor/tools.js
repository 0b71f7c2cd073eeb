/** The bar of tools: its buttons follow the edit and ask for what they stand for. */

/** `onButton(dataset)` is told which button was pressed, by its `data-*`; unless it answers false, its menu closes. */
export class Tools {
  #root;

  constructor(root, onButton) {
    this.#root = root;
    root.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button || button.getAttribute("aria-disabled") === "true" || onButton(button.dataset) === false) return;
      const menu = button.closest("details[data-menu]");
      if (!menu) return;
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  }

  /** Which buttons, by name, would do something now. */
  enable(buttons) {
    this.#set("aria-disabled", buttons, (isOn) => !isOn);
  }

  /** Which buttons are switched on. */
  press(buttons) {
    this.#set("aria-pressed", buttons, (isOn) => isOn);
  }

  #set(attribute, buttons, value) {
    for (const [name, isOn] of Object.entries(buttons)) {
      this.#root.querySelector(`[data-do=${name}]`).setAttribute(attribute, String(value(isOn)));
    }
  }
}
