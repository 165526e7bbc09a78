/* What an app can read and ask in any location: who is signed in, the account, requests, messages, navigation. */

import { call, colorScheme, toast } from "./shell.js";

export class AccountSurface {
  constructor({ me, account }) {
    this.me = me;
    this.account = account;
  }

  /* Roots of the paths that can be read; each is called for the current value. */
  roots() {
    return {
      currentUser: () => ({ ...this.me, groups: [], organizations: [], externalId: null, identities: [] }),
      currentAccount: () => ({ subdomain: this.account.subdomain, planName: "Professional", timeZone: "UTC" }),
      colorScheme: () => colorScheme(),
      viewport: () => ({ size: { width: window.innerWidth, height: window.innerHeight } }),
    };
  }

  actions() {
    return {
      notify: (host, message, kind, options) => toast(plain(message), kind, options || {}),
      resize: (host, size) => resize(host.frame, size || {}),
      routeTo: (host, target, id) => routeTo(target, id),
      popover: () => undefined,
      track: () => undefined,
      "app.close": (host) => host.frame.remove(),
      reloadApp: () => document.querySelector("[data-reload-apps]")?.click(),
    };
  }

  get(path) {
    return read(this.roots(), path);
  }

  set(path) {
    throw new Error(`${path} cannot be set here`);
  }

  invoke(action, args, host) {
    const perform = this.actions()[action];
    if (!perform) throw new Error(`${action} is not an action of this location`);
    return perform(host, ...args);
  }

  /* As client.request: same-account paths with the agent's session, the app's own origin through the proxy. */
  async request(options) {
    const { url, method, data, headers } = prepared(options);
    const answer = await call("/agent/api/proxy", { url, method, data, headers });
    const isJson = (answer.headers["content-type"] || "").includes("json");
    const xhr = { status: answer.status, statusText: statusText(answer.status), responseText: answer.text, readyState: 4 };
    xhr.responseHeaders = answer.headers;
    if (isJson && answer.text) xhr.responseJSON = JSON.parse(answer.text);
    return xhr;
  }
}

/* Walk a dotted path from its root; unknown roots and properties are errors, empty values are not. */
export function read(roots, path) {
  const [root, ...rest] = String(path).split(".");
  if (!Object.hasOwn(roots, root)) throw new Error(`${path} is not a path of this location`);
  let value = roots[root]();
  for (const name of rest) {
    if (value === null || value === undefined) return null;
    if (typeof value !== "object" || !Object.hasOwn(value, name)) throw new Error(`${path} is not a path of this location`);
    value = value[name];
  }
  return value;
}

function prepared(options) {
  const method = String(options.type || options.method || "GET").toUpperCase();
  const headers = { ...options.headers };
  let { url, data } = options;
  const isJson = (options.contentType || "").includes("json");
  if (data !== null && typeof data === "object") {
    data = isJson ? JSON.stringify(data) : new URLSearchParams(data).toString();
  }
  if (method === "GET" && data) {
    url += (url.includes("?") ? "&" : "?") + data;
    data = undefined;
  }
  if (data !== undefined) headers["Content-Type"] = options.contentType || "application/x-www-form-urlencoded";
  return { url, method, data, headers };
}

function statusText(status) {
  return status < 400 ? "success" : "error";
}

function plain(message) {
  // The real host shows HTML here; this one shows its text, so that nothing an app passes on can act.
  return new DOMParser().parseFromString(String(message), "text/html").body.textContent;
}

function resize(frame, { width, height }) {
  for (const [name, wanted] of Object.entries({ width, height })) {
    if (wanted === undefined) continue;
    const pixels = Number.parseFloat(wanted);
    if (String(wanted).endsWith("%")) frame.style[name] = `${Math.min(100, pixels)}%`;
    else if (pixels >= 0) frame.style[name] = `${Math.min(5000, pixels)}px`;
  }
}

function routeTo(target, id) {
  if (target === "ticket" && /^\d+$/.test(String(id))) window.location.assign(`/agent/tickets/${id}`);
  else if (target === "nav_bar") window.location.assign("/agent/apps/nav_bar");
  else toast(`The rehearsal has no page for ${target}.`, "alert");
}
