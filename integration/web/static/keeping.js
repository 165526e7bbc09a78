"use strict";

// What an agent opened, typed and focused in the panel, which new facts must not take away.
const keeping = (() => {
  const panel = document.querySelector(".panel");

  /** The folded part that an element stands in. */
  const key = (element) => element.closest("details[data-key]:not(.more)")?.dataset.key;

  const typed = () => [...panel.querySelectorAll("input[id]:not([type=checkbox])")].filter((i) => i.value !== i.defaultValue);

  /** Put new facts in place; what was open or typed stays so, what had the focus has it again. */
  function put(html) {
    const written = new Map(typed().map((input) => [input.id, input.value]));
    const open = new Map([...panel.querySelectorAll("details[data-key]")].map((d) => [d.dataset.key, d.open]));
    const focused = panel.contains(document.activeElement) && document.activeElement;
    const name = focused && focused.dataset.focus;
    const section = focused && key(focused);
    const reading = panel.querySelector("[data-act=preview][aria-expanded=true]")?.closest("li[data-template]");
    const letter = reading?.querySelector("[data-preview]");
    const isInLetter = Boolean(letter?.contains(focused));
    panel.innerHTML = html;
    if (reading) keepOpen(reading.dataset, letter);
    if (isInLetter && letter.isConnected) focused.focus();
    for (const details of panel.querySelectorAll("details[data-key]")) {
      if (open.has(details.dataset.key)) details.open = open.get(details.dataset.key);
    }
    for (const [id, value] of written) {
      const input = document.getElementById(id);
      if (input) input.value = value;
    }
    if (focused && !isInLetter && !(name && focusOn(name)) && section) focusOn(section);
  }

  /** Leave the letter that an agent has before her where it is, with what she filled in. */
  function keepOpen({ template, locale }, letter) {
    const same = `li[data-template="${CSS.escape(template)}"][data-locale="${CSS.escape(locale)}"]`;
    const item = panel.querySelector(same);
    if (!item) return;
    item.querySelector("[data-preview]").replaceWith(letter);
    item.querySelector("[data-act=preview]").setAttribute("aria-expanded", "true");
  }

  function focusOn(name) {
    const wanted = panel.querySelector(`[data-focus="${CSS.escape(name)}"]`);
    if (wanted && !wanted.disabled) wanted.focus();
    return document.activeElement === wanted;
  }

  /** Whether an agent reads a letter, searches, or has typed something that new facts would wipe out. */
  function isBusy() {
    const isSearching = Boolean(panel.querySelector("[data-search]")?.value);
    return isSearching || typed().length > 0 || panel.querySelector("[data-act=preview][aria-expanded=true]") !== null;
  }

  return { key, put, isBusy };
})();
