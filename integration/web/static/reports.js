"use strict";

// Choosing one of the offered periods shows it at once; writing a day chooses the period from day to day.
makegood.admin.enhance("form.reports__period", (form) => {
  form.elements.period.addEventListener("change", (event) => {
    if (event.target.value === "custom") form.elements.from.focus();
    else form.requestSubmit();
  });
  for (const day of [form.elements.from, form.elements.to]) {
    day.addEventListener("input", () => {
      form.elements.period.value = "custom";
    });
  }
});
