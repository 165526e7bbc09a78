/* A small app framework client for the rehearsal account, so that its apps run without internet.
   It has the interface of Zendesk's SDK and speaks the same messages; production pages load Zendesk's own. */
(function () {
  "use strict";

  const CALL_TIMEOUT = 5 * 60 * 1000;
  const LOOPBACK = /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

  class Client {
    constructor({ origin, appGuid, parent, instanceGuid }) {
      this._origin = origin;
      this._appGuid = appGuid;
      this._instanceGuid = instanceGuid || appGuid;
      this._handlers = new Map();
      this._calls = parent ? parent._calls : new Map();
      this._root = parent || this;
      this._instances = new Map();
      this._waiting = [];
      this._registered = null;
      this._requests = 0;
      this._replying = new Set();
      if (parent) return;
      window.addEventListener("message", (event) => this._receive(event));
      this._post({ key: "iframe.handshake", message: { version: "rehearsal" } }, true);
    }

    on(name, handler, context) {
      if (typeof handler !== "function") return;
      const bound = context ? handler.bind(context) : handler;
      const handlers = this._handlers.get(name) || [];
      this._handlers.set(name, [...handlers, { given: handler, bound }]);
      if (name !== "app.registered") this._count("on", name);
    }

    off(name, handler) {
      if (!this._handlers.has(name)) return false;
      const handlers = this._handlers.get(name);
      const index = handlers.findIndex((entry) => entry.given === handler);
      if (index >= 0) this._handlers.set(name, handlers.filter((_, n) => n !== index));
      this._count("off", name);
      return handler;
    }

    has(name, handler) {
      return (this._handlers.get(name) || []).some((entry) => entry.given === handler);
    }

    trigger(name, data) {
      this.postMessage(`iframe.trigger:${name}`, data);
    }

    postMessage(name, data) {
      this._post({ key: name, message: data });
    }

    get(paths) {
      return this._call("get", Array.isArray(paths) ? paths : [paths], paths);
    }

    set(path, value) {
      return this._call("set", typeof path === "string" ? { [path]: value } : path, path);
    }

    invoke(action, ...args) {
      if (typeof action === "string") return this._call("invoke", { [action]: args }, action);
      const bulk = Object.entries(action);
      if (bulk.length > 1 && bulk.some(([name]) => name === "instances.create")) {
        throw new Error("Illegal bulk call - `instances.create` must be called separately.");
      }
      return this._call("invoke", action, action);
    }

    request(options) {
      const number = (this._requests += 1);
      const wanted = typeof options === "string" ? { url: options } : options;
      return new Promise((resolve, reject) => {
        const done = (message) => finish(() => resolve(message.responseArgs[0]));
        const fail = (message) => finish(() => reject(message.responseArgs[0]));
        const finish = (settle) => {
          this.off(`request:${number}.done`, done);
          this.off(`request:${number}.fail`, fail);
          settle();
        };
        this.on(`request:${number}.done`, done);
        this.on(`request:${number}.fail`, fail);
        this.postMessage(`request:${number}`, wanted);
      });
    }

    context() {
      return this._known((registered) => registered.context);
    }

    metadata() {
      return this._known((registered) => registered.metadata);
    }

    instance(guid) {
      if (!guid || guid === this._instanceGuid) return this;
      if (!this._root._instances.has(guid)) {
        const options = { origin: this._origin, appGuid: this._appGuid, parent: this._root, instanceGuid: guid };
        this._root._instances.set(guid, new Client(options));
      }
      return this._root._instances.get(guid);
    }

    _known(pick) {
      if (this._root._registered) return Promise.resolve(pick(this._root._registered));
      return new Promise((resolve) => this._root.on("app.registered", (registered) => resolve(pick(registered))));
    }

    _count(kind, name) {
      const subscriberCount = this._handlers.get(name).length;
      this.postMessage(`iframe.${kind}:${name}`, { subscriberCount });
    }

    _call(kind, params, given) {
      const id = (Client.calls += 1);
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          this._calls.delete(id);
          reject(new Error(`Timeout when invoking "${kind}"`));
        }, CALL_TIMEOUT);
        this._calls.set(id, { resolve, reject, timer, single: typeof given === "string" ? given : null });
        this._post({ id, request: kind, params });
      });
    }

    _post(message, now) {
      const root = this._root;
      const full = { ...message, appGuid: this._appGuid, instanceGuid: this._instanceGuid };
      if (now || root._registered) window.parent.postMessage(JSON.stringify(full), this._origin);
      else root._waiting.push(full);
    }

    _receive(event) {
      if (event.origin !== this._origin || event.source !== window.parent) return;
      let data = event.data;
      if (typeof data === "string") {
        try {
          data = JSON.parse(data);
        } catch {
          return;
        }
      }
      if (!data) return;
      if (data.id && this._calls.has(data.id)) this._settle(data);
      else if (typeof data.key === "string" && data.key.startsWith("zaf.")) this._hear(data);
    }

    _settle({ id, result, error }) {
      const call = this._calls.get(id);
      this._calls.delete(id);
      clearTimeout(call.timer);
      const failed = error || (call.single !== null && result && result.errors && result.errors[call.single]);
      if (failed) call.reject(Object.assign(new Error(failed.message), { name: failed.name || "Error" }));
      else call.resolve(result);
    }

    _hear(data) {
      const name = data.key.slice("zaf.".length);
      const target = this.instance(data.instanceGuid);
      if (data.needsReply) {
        target._reply(name);
        return;
      }
      if (name === "app.registered" && !this._registered) {
        this._registered = data.message;
        target._fire(name, data.message);
        for (const message of this._waiting.splice(0)) {
          window.parent.postMessage(JSON.stringify(message), this._origin);
        }
        return;
      }
      if (name === "context.updated") this._registered.context = data.message;
      target._fire(name, data.message);
    }

    _fire(name, message) {
      for (const { bound } of this._handlers.get(name) || []) bound(message);
    }

    async _reply(name) {
      if (this._replying.has(name)) return;
      this._replying.add(name);
      const reply = { key: `iframe.reply:${name}` };
      try {
        const answers = await Promise.all((this._handlers.get(name) || []).map(({ bound }) => bound()));
        for (const answer of answers) {
          if (answer === false || typeof answer === "string" || answer instanceof Error) throw answer;
        }
      } catch (reason) {
        reply.error = { msg: reason instanceof Error ? reason.message : reason };
      } finally {
        this._replying.delete(name);
      }
      this._post(reply);
    }
  }
  Client.calls = 0;

  window.ZAFClient = {
    init(callback, location = window.location) {
      const query = new URLSearchParams(location.search);
      const hash = new URLSearchParams((location.hash || "").replace(/^#/, ""));
      const origin = query.get("origin") || hash.get("origin");
      const appGuid = query.get("app_guid") || hash.get("app_guid");
      if (!origin || !appGuid || window.parent === window) return false;
      if (!LOOPBACK.test(origin)) throw new Error("This SDK works for a rehearsal account on this computer only");
      const client = new Client({ origin, appGuid });
      if (callback) client.on("app.registered", (registered) => callback.call(client, registered.context));
      return client;
    },
  };
})();
