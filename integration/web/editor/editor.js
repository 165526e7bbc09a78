// The text editor of the admin page. It knows the modes, what may stand where, and how to show what the server
// finds wrong; the server decides what is wrong.
import { autocompletion, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { StreamLanguage, syntaxHighlighting } from "@codemirror/language";
import { jinja2 } from "@codemirror/legacy-modes/mode/jinja2";
import { yaml } from "@codemirror/legacy-modes/mode/yaml";
import { lintGutter, setDiagnostics } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { EditorView, drawSelection, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { classHighlighter } from "@lezer/highlight";

const MODES = { jinja: jinja2, yaml };

/** What may be completed at the cursor: values and filters inside {{ }}, keys at the start of a YAML line. */
function suggest(context, { mode, words }) {
  const line = context.state.doc.lineAt(context.pos);
  const before = line.text.slice(0, context.pos - line.from);
  const word = context.matchBefore(/[\w.]*$/);
  if (!context.explicit && word.from === word.to && !/[{|.]\s*$/.test(before)) return null;
  const opened = before.lastIndexOf("{{") > before.lastIndexOf("}}") || before.lastIndexOf("{%") > before.lastIndexOf("%}");
  let kind = "key";
  if (mode === "jinja" && opened) kind = /\|\s*\w*$/.test(before) ? "filter" : /\{%-?\s*block\s+\w*$/.test(before) ? "block" : "value";
  else if (/:\s*\[?[\w, -]*$/.test(before)) kind = `of ${before.trim().split(":")[0]}`;
  const options = words
    .filter((one) => one.kind === kind)
    .map((one) => ({ label: one.word, detail: one.says, type: kind === "value" ? "variable" : "keyword" }));
  return options.length ? { from: word.from, options, validFor: /^[\w.]*$/ } : null;
}

/**
 * Make an editor in `parent`. `words` are `{word, kind, says}` to complete, `onChange` is called with the text.
 * Tab leaves the editor, as it leaves any other field.
 */
function create({ parent, text, mode, labelledBy, describedBy, nonce, words, onChange }) {
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: text,
      extensions: [
        EditorView.cspNonce.of(nonce),
        lineNumbers(),
        history(),
        drawSelection(),
        highlightActiveLine(),
        lintGutter(),
        EditorView.lineWrapping,
        StreamLanguage.define(MODES[mode]),
        syntaxHighlighting(classHighlighter),
        autocompletion({ override: [(context) => suggest(context, { mode, words })], icons: false }),
        keymap.of([...completionKeymap, ...defaultKeymap, ...historyKeymap]),
        EditorView.contentAttributes.of({ "aria-labelledby": labelledBy, "aria-describedby": describedBy, tabindex: "0", spellcheck: "true" }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) onChange(update.state.doc.toString());
        }),
      ],
    }),
  });

  /** Mark lines; `findings` are `{line, message, is_error}`. */
  function mark(findings) {
    const last = view.state.doc.lines;
    const marks = findings.map((finding) => {
      const line = view.state.doc.line(Math.min(Math.max(finding.line, 1), last));
      return { from: line.from, to: line.to, severity: finding.is_error ? "error" : "warning", message: finding.message };
    });
    view.dispatch(setDiagnostics(view.state, marks));
  }

  /** Put the cursor at the start of a line and show it. */
  function goTo(number) {
    const line = view.state.doc.line(Math.min(Math.max(number, 1), view.state.doc.lines));
    view.dispatch({ selection: { anchor: line.from }, effects: EditorView.scrollIntoView(line.from, { y: "center" }) });
    view.focus();
  }

  /** Put another text in place; only what differs is changed, so that the cursor stays and undo works. */
  function replace(next) {
    const now = view.state.doc.toString();
    let from = 0;
    while (from < now.length && from < next.length && now[from] === next[from]) from += 1;
    let end = 0;
    const most = Math.min(now.length, next.length) - from;
    while (end < most && now[now.length - 1 - end] === next[next.length - 1 - end]) end += 1;
    view.dispatch({ changes: { from, to: now.length - end, insert: next.slice(from, next.length - end) } });
  }

  return { mark, goTo, replace, text: () => view.state.doc.toString(), end: () => view.destroy() };
}

window.makegoodEditor = { create };
