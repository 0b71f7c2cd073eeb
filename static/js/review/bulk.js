/** The bar of bulk actions: says how many poses are chosen, and asks once in a dialog in the place of the site's page. */

/** `3 poses` */
function counted(number) {
  return number === 1 ? "1 pose" : `${number} poses`;
}

/** Starts listening. Answers `{ask(action), toggleAll()}`; both answer false where there is nothing to do. */
export function startBulk(form, dialog) {
  const find = (selector) => dialog.querySelector(selector);
  const boxes = [...form.querySelectorAll("[data-row] input[type=checkbox]")];
  const buttons = [...form.querySelectorAll("[data-actions] button")];
  const all = form.querySelector("[data-all]");
  const status = form.querySelector("[data-chosen]");
  const confirm = find("[data-confirm]");
  const reason = find("[name=reason]");
  const chosen = () => boxes.filter((box) => box.checked).length;
  let asked = null;

  const show = () => {
    const number = chosen();
    status.textContent = number ? `${counted(number)} chosen` : "None chosen";
    all.textContent = number === boxes.length ? "Choose none" : `Choose all ${boxes.length}`;
    form.querySelector("[data-bar]").toggleAttribute("data-none", number === 0);
    for (const button of buttons) button.setAttribute("aria-disabled", String(number === 0));
  };

  const open = (button) => {
    asked = button;
    for (const part of dialog.querySelectorAll("[data-for]")) part.hidden = part.dataset.for !== button.value;
    find("[data-title]").textContent = `${button.dataset.ask.replace("{}", counted(chosen()))}?`;
    confirm.textContent = button.textContent.trim();
    confirm.classList.toggle("danger", button.value === "reject");
    reason.required = button.value === "reject";
    dialog.showModal();
    (dialog.querySelector("[data-for]:not([hidden]) :is(input, select)") ?? confirm).focus();
  };

  const send = () => {
    if (!form.reportValidity()) return;
    const confirmed = Object.assign(document.createElement("input"), { type: "hidden", name: "confirmed", value: "yes" });
    form.append(confirmed);
    form.requestSubmit(asked);
  };

  const ask = (action) => {
    const button = buttons.find(({ value }) => value === action);
    if (!button) return false;
    if (chosen()) open(button);
    else status.textContent = "Choose a pose first";
    return true;
  };

  const toggleAll = () => {
    const isOn = chosen() < boxes.length;
    for (const box of boxes) box.checked = isOn;
    show();
  };

  form.addEventListener("change", show);
  form.addEventListener("submit", (event) => {
    if (form.elements.confirmed) return;
    event.preventDefault();
    // Without a submitter somebody pressed Enter on a box.
    if (event.submitter) ask(event.submitter.value);
  });
  confirm.addEventListener("click", send);
  reason.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    send();
  });
  find("[data-keep]").addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener("close", () => {
    reason.required = false;
  });
  all.addEventListener("click", toggleAll);
  // Back from the next page, the form may be sent again.
  window.addEventListener("pageshow", () => {
    form.querySelector("[name=confirmed]")?.remove();
    show();
  });
  show();
  return { ask, toggleAll };
}
