"use strict";

// A letter in the panel: its gaps, filled in or left out, and the text that goes into the composer.
const letters = (() => {
  const gaps = (item) => [...item.querySelectorAll("input[data-gap]")];

  /** Show what was filled in or left out; as long as a gap is neither, the letter waits. */
  function fill(item) {
    const values = new Map(gaps(item).map((input) => [input.name, input]));
    for (const mark of item.querySelectorAll("mark[data-slot]")) {
      const input = values.get(mark.dataset.slot);
      const value = input.value.trim();
      mark.hidden = input.disabled;
      mark.textContent = value || mark.dataset.blank;
      mark.toggleAttribute("data-filled", Boolean(value));
    }
    const waits = [...values.values()].some((input) => !input.disabled && !input.value.trim());
    item.querySelector("[data-act=insert]").disabled = waits;
    item.querySelector("[data-waits]").hidden = !waits;
  }

  function leaveOut(item, button) {
    const input = gaps(item).find((each) => each.name === button.dataset.gapName);
    input.disabled = !input.disabled;
    button.setAttribute("aria-pressed", String(input.disabled));
    fill(item);
  }

  const tidy = (text) => text.replace(/ {2,}/g, " ").replace(/ +([.,;:!?])/g, "$1");

  /** The letter as it goes into the composer: HTML, and the same as plain text. */
  function filled(item) {
    const body = item.querySelector("[data-letter]").cloneNode(true);
    const values = new Map(gaps(item).map((i) => [i.name, i.disabled ? "" : i.value.trim()]));
    for (const mark of body.querySelectorAll("mark[data-slot]")) mark.replaceWith(values.get(mark.dataset.slot));
    let text = item.querySelector("template[data-text]").content.textContent;
    for (const [name, value] of values) text = text.replaceAll(`⟦${name}⟧`, value);
    if (![...values.values()].includes("")) return { html: body.innerHTML.trim(), text };
    return { html: tidy(body.innerHTML.trim()), text: tidy(text) };
  }

  function asHtml(text) {
    const holder = document.createElement("div");
    holder.textContent = text;
    return holder.innerHTML.replaceAll("\n", "<br>");
  }

  return { fill, leaveOut, filled, asHtml };
})();
