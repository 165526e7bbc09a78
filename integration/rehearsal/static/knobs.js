/* `window.rehearsal`: what tests and curious people turn and read. */

const frames = new Set();

export const knobs = {
  /* path or action -> milliseconds before it is answered; "request" stands for every client.request */
  delays: {},
  /* path or action -> true or an error message */
  fail: {},
  /* every message that passed, oldest first: {direction: "in" | "out", at, message} */
  log: [],

  frames,

  setColorScheme(scheme) {
    document.documentElement.dataset.colorScheme = scheme;
    document.cookie = `rehearsal_scheme=${scheme}; path=/; max-age=31536000; samesite=strict`;
    document.querySelector("[data-scheme-switch]")?.setAttribute("aria-pressed", String(scheme === "dark"));
    this.emit("colorScheme.changed", scheme);
  },

  emit(name, message) {
    for (const host of frames) host.emit(name, message);
  },

  /* Resolves when every frame agrees, rejects with the reason of the first that does not. */
  ask(name) {
    return Promise.all([...frames].map((host) => host.ask(name)));
  },

  record(direction, message) {
    this.log.push({ direction, at: performance.now(), message });
    if (this.log.length > 5000) this.log.splice(0, 1000);
  },

  async pass(path) {
    if (this.delays[path]) await new Promise((resolve) => setTimeout(resolve, this.delays[path]));
    if (this.fail[path]) throw new Error(this.fail[path] === true ? "made to fail" : this.fail[path]);
  },
};

window.rehearsal = knobs;
