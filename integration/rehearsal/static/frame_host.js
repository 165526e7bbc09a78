/* The host's side of the app frame protocol: one instance for each launched frame. */

const HOOK_TIMEOUT = 30_000;

export class FrameHost {
  /* `surface` answers: get(path), set(path, value), invoke(action, args, host), request(options); each may throw,
     and may be asynchronous. `knobs` delays and fails calls for tests and records every message. */
  constructor({ frame, origin, appGuid, surface, knobs, metadata, context }) {
    Object.assign(this, { frame, origin, appGuid, surface, knobs, metadata, context });
    this.subscriptions = new Map();
    this.hooks = new Map();
    this.registered = false;
    this.activated = false;
    this._listener = (event) => this._receive(event);
    window.addEventListener("message", this._listener);
  }

  close() {
    window.removeEventListener("message", this._listener);
  }

  /* Deliver an event, if the app subscribed to it. */
  emit(name, message) {
    if ((this.subscriptions.get(name) || 0) > 0) this._send({ key: `zaf.${name}`, message });
  }

  /* Ask the app's handlers of a hook; rejects with their reason when one of them vetoes. */
  ask(name) {
    if (!(this.subscriptions.get(name) > 0)) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this._settle(name, resolve), HOOK_TIMEOUT);
      this.hooks.set(name, { resolve, reject, timer });
      this._send({ key: `zaf.${name}`, needsReply: true });
    });
  }

  _send(message) {
    this.knobs.record("out", message);
    this.frame.contentWindow?.postMessage(JSON.stringify(message), this.origin);
  }

  _receive(event) {
    if (event.source !== this.frame.contentWindow || event.origin !== this.origin) return;
    const message = parsed(event.data);
    if (!message || message.appGuid !== this.appGuid) return;
    this.knobs.record("in", message);
    if (message.request) this._answer(message);
    else if (typeof message.key === "string") this._hear(message);
  }

  _hear({ key, message, error }) {
    // Only the first colon separates: "iframe.on:request:1.done" subscribes to "request:1.done".
    const colon = key.indexOf(":");
    const verb = colon < 0 ? key : key.slice(0, colon);
    const name = key.slice(colon + 1);
    if (verb === "iframe.handshake") this._register();
    else if (verb === "iframe.on" || verb === "iframe.off") this._subscribe(name, message);
    else if (verb === "iframe.trigger") this.emit(name, message);
    else if (verb === "iframe.reply") this._replied(name, error);
    else if (verb === "request") this._request(name, message);
    // Everything else is client.postMessage or telemetry, which this host has no use for.
  }

  _register() {
    this.subscriptions.clear();
    this.registered = true;
    this.activated = false;
    const context = { ...this.context, instanceGuid: this.appGuid };
    this._send({ key: "zaf.app.registered", message: { metadata: this.metadata, context } });
  }

  _subscribe(name, message) {
    this.subscriptions.set(name, Math.max(0, Number(message?.subscriberCount) || 0));
    if (name === "app.activated" && !this.activated) {
      this.activated = true;
      this.emit("app.activated", { firstLoad: true });
    }
  }

  _replied(name, error) {
    const hook = this.hooks.get(name);
    if (!hook) return;
    this._settle(name, error ? () => hook.reject(refusal(error.msg)) : hook.resolve);
  }

  _settle(name, settle) {
    clearTimeout(this.hooks.get(name)?.timer);
    this.hooks.delete(name);
    settle();
  }

  async _answer({ id, request, params }) {
    const calls = request === "get" ? params.map((path) => [path]) : Object.entries(params || {});
    const result = { errors: {} };
    for (const [path, value] of calls) {
      try {
        await this.knobs.pass(path);
        result[path] = await this._perform(request, path, value);
      } catch (failure) {
        const { name = "Error", message = "failed" } = failure || {};
        result.errors[path] = { name, message, path, stack: "" };
      }
    }
    this._send({ id, result });
  }

  _perform(request, path, value) {
    if (request === "get") return this.surface.get(path);
    if (request === "set") return this.surface.set(path, value);
    if (request === "invoke") return this.surface.invoke(path, Array.isArray(value) ? value : [value], this);
    throw new Error(`unknown request ${request}`);
  }

  async _request(number, options) {
    try {
      await this.knobs.pass("request");
      const xhr = await this.surface.request(typeof options === "string" ? { url: options } : options || {});
      if (xhr.status >= 200 && xhr.status < 300) {
        const data = options?.httpCompleteResponse ? xhr : (xhr.responseJSON ?? xhr.responseText);
        this.emit(`request:${number}.done`, { responseArgs: [data, "success", xhr] });
      } else {
        this.emit(`request:${number}.fail`, { responseArgs: [xhr, "error", xhr.statusText] });
      }
    } catch (failure) {
      const xhr = { status: 0, statusText: failure.message, responseText: "", readyState: 4 };
      this.emit(`request:${number}.fail`, { responseArgs: [xhr, "error", failure.message] });
    }
  }
}

function parsed(data) {
  if (typeof data !== "string") return data;
  try {
    return JSON.parse(data);
  } catch {
    return null;
  }
}

function refusal(reason) {
  return new Error(typeof reason === "string" && reason ? reason : "The app does not allow this.");
}
