"use strict";

// Editors of the admin page: [data-editor] around a textarea, what the server says of its text, and a preview.
// The textarea works by itself; CodeMirror takes its place where its file can be loaded.
(() => {
  const { admin } = makegood;
  const PAUSE = 250;
  // Texts that were left unsaved, by place, for coming back to them.
  const left = new Map();

  let bundle;
  function loadBundle() {
    const sheet = document.querySelector("link[nonce]");
    bundle ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = `static/vendor/editor.js?${sheet.href.split("?")[1]}`;
      script.onload = () => resolve(window.makegoodEditor);
      script.onerror = reject;
      document.head.append(script);
    });
    return bundle.then((editor) => ({ editor, nonce: sheet.nonce }));
  }

  function begin(desk) {
    const { place, mode } = desk.dataset;
    const area = desk.querySelector("textarea");
    const findings = desk.querySelector(".findings");
    const preview = desk.querySelector(".preview");
    let revision = Number(desk.dataset.revision);
    let saved = area.value;
    let asked = 0;
    let timer = 0;
    let rich = null;
    let marks = [];
    let isGone = false;
    // A policy is published only as the text that had its dry run.
    let rehearsed = "rehearsed" in desk.dataset ? null : undefined;
    let isBroken = false;

    const form = desk.querySelector("[data-form]");
    const text = () => (rich ? rich.text() : area.value);

    function allow() {
      const waits = rehearsed !== undefined && rehearsed !== text();
      desk.querySelector("[data-act=publish]").disabled = isBroken || waits;
      desk.querySelector("[data-act=save]").disabled = false;
      for (const told of desk.querySelectorAll("[data-waits]")) told.hidden = !waits;
    }

    /** Take a text that the server made of ours. */
    function replace(next) {
      if (rich) rich.replace(next);
      else area.value = next;
      soon();
    }

    // One change after the other: each is made to the text that the one before it left.
    let changes = Promise.resolve();

    /** Send a change of the form; the server puts it into the text. */
    async function change(field, act, value) {
      try {
        const body = { text: text(), act, path: JSON.parse(field.dataset.path), value };
        const answer = await (await admin.call(`${place}/form`, { method: "POST", body })).json();
        field.removeAttribute("aria-invalid");
        admin.say("");
        replace(answer.text);
        // Only a step more or less changes the form itself; what is being typed in it stays.
        if (act !== "put") form.innerHTML = answer.form;
      } catch (error) {
        field.setAttribute("aria-invalid", "true");
        admin.fail(error);
      }
    }

    function changeInTurn(field, act, value) {
      changes = changes.then(() => change(field, act, value));
    }

    async function rehearse(button) {
      const result = desk.querySelector("[data-rehearsal]");
      await changes;
      const tried = text();
      button.disabled = true;
      result.setAttribute("aria-busy", "true");
      try {
        const answer = await admin.call(`${place}/rehearse`, { method: "POST", body: { text: tried }, seconds: 60 });
        result.innerHTML = await answer.text();
        rehearsed = tried;
      } catch (error) {
        admin.fail(error);
      } finally {
        button.disabled = false;
        result.removeAttribute("aria-busy");
        allow();
      }
    }

    /** What the page sends besides the text: each [data-check] field by its name. */
    function besides() {
      const fields = {};
      for (const field of desk.querySelectorAll("[data-check]")) {
        if (field.value) fields[field.dataset.check] = "number" in field.dataset ? Number(field.value) : field.value;
      }
      return fields;
    }

    async function check() {
      const number = ++asked;
      try {
        const answer = await admin.call(`${place}/check`, { method: "POST", body: { ...besides(), text: text() } });
        const found = await answer.json();
        if (number !== asked || isGone) return;
        // Said only when it changed: a screen reader would repeat it with every pause.
        if (findings.innerHTML !== found.findings) findings.innerHTML = found.findings;
        // A text that cannot be filled right now leaves the last preview in sight.
        if (!found.is_broken && preview) preview.innerHTML = found.preview;
        if (preview) preview.classList.toggle("preview--old", found.is_broken);
        isBroken = found.is_broken;
        if (form && typeof found.form === "string" && !form.contains(document.activeElement)) form.innerHTML = found.form;
        allow();
        marks = found.marks;
        if (rich) rich.mark(marks);
      } catch (error) {
        if (number === asked && !isGone) admin.fail(error);
      }
    }

    function soon() {
      allow();
      clearTimeout(timer);
      timer = setTimeout(check, PAUSE);
    }

    async function send(act) {
      await changes;
      const written = text();
      const body = { text: written, revision, comment: desk.querySelector("[name=comment]").value };
      for (const button of desk.querySelectorAll("[data-act]")) button.disabled = true;
      try {
        const answer = await admin.call(`${place}/${act}`, { method: "POST", body, seconds: 60 });
        saved = written;
        revision = (await answer.json()).revision ?? revision;
        left.delete(place);
        await admin.go(place, act === "publish" ? desk.dataset.saidPublished : desk.dataset.saidSaved);
      } catch (error) {
        admin.fail(error);
        await check();
        // A refused publication has saved the draft, so its revision is another by now.
        if (act === "publish") await resume();
      } finally {
        for (const button of desk.querySelectorAll("[data-act]")) button.disabled = false;
        allow();
      }
    }

    async function resume() {
      try {
        const fragment = document.createElement("template");
        fragment.innerHTML = await (await admin.call(place)).text();
        const now = fragment.content.querySelector("[data-editor]");
        if (now && now.querySelector("textarea").value === text()) {
          revision = Number(now.dataset.revision);
          saved = text();
        }
      } catch {
        // The next try tells.
      }
    }

    function paint(scheme) {
      preview.dataset.colorScheme = scheme;
      for (const button of desk.querySelectorAll("[data-scheme]")) {
        button.setAttribute("aria-pressed", String(button.dataset.scheme === scheme));
      }
    }

    desk.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      const { act, line, scheme, change: wanted } = (button || { dataset: {} }).dataset;
      if (act === "rehearse") rehearse(button);
      if (wanted) changeInTurn(button, wanted);
      if (act === "save") send("draft");
      if (act === "publish") send("publish");
      if (scheme) paint(scheme);
      if (line && rich) rich.goTo(Number(line));
      else if (line) {
        const start = area.value.split("\n").slice(0, line - 1).join("\n").length;
        area.focus();
        area.setSelectionRange(start, start);
      }
    });
    desk.addEventListener("keydown", (event) => {
      if ((event.ctrlKey || event.metaKey) && event.key === "s") {
        event.preventDefault();
        send("draft");
      }
    });
    area.addEventListener("input", soon);
    desk.addEventListener("change", (event) => {
      const field = event.target;
      if (field.matches("[data-check]")) check();
      if (!field.matches("[data-path]")) return;
      if ("many" in field.dataset) {
        const boxes = form.querySelectorAll(`[data-path="${CSS.escape(field.dataset.path)}"]:checked`);
        changeInTurn(field, "put", [...boxes].map((box) => box.value));
      } else {
        changeInTurn(field, "put", field.type === "checkbox" ? field.checked : field.value);
      }
    });
    desk.addEventListener("input", (event) => {
      if (!event.target.matches("[data-options]")) return;
      clearTimeout(timer);
      timer = setTimeout(async () => {
        const wanted = encodeURIComponent(event.target.value);
        const answer = await admin.call(`${event.target.dataset.options}?wanted=${wanted}`);
        desk.querySelector(event.target.dataset.for).innerHTML = await answer.text();
        check();
      }, PAUSE);
    });

    if (preview) paint(document.documentElement.dataset.colorScheme || "light");
    if (left.has(place) && left.get(place) !== saved) {
      area.value = left.get(place);
      admin.say(desk.dataset.saidKept);
    }
    check();
    loadBundle().then(
      ({ editor, nonce }) => {
        if (isGone) return;
        const holder = document.createElement("div");
        holder.className = "code";
        area.before(holder);
        rich = editor.create({
          parent: holder,
          text: area.value,
          mode,
          labelledBy: "text-label",
          describedBy: "text-help",
          nonce,
          words: JSON.parse(desk.querySelector("template[data-completions]").content.textContent),
          onChange: soon,
        });
        area.hidden = true;
        rich.mark(marks);
      },
      () => {},
    );

    return () => {
      isGone = true;
      clearTimeout(timer);
      if (text() === saved) left.delete(place);
      else left.set(place, text());
      if (rich) rich.end();
    };
  }

  admin.enhance("[data-editor]", begin);
})();
