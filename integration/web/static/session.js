"use strict";

// The session lives in this closure: a frame in a foreign page cannot count on cookies or storage,
// and what is not stored cannot be stolen from there.
const makegood = (() => {
  const holder = document.querySelector("template[data-session]");
  let bearer = holder ? holder.content.textContent.trim() : "";
  if (holder) holder.remove();

  class SessionEnded extends Error {}
  class Refused extends Error {}

  /**
   * Ask our server; resolves with the Response. `body` is sent as JSON, or as it is where it is a file.
   * Rejects with SessionEnded, Refused, or a network error.
   */
  async function call(path, { method = "GET", body, seconds = 10 } = {}) {
    const headers = { Authorization: `Bearer ${bearer}` };
    const isFile = body instanceof Blob;
    if (body !== undefined) headers["Content-Type"] = isFile ? body.type : "application/json";
    const answer = await fetch(path, {
      method,
      headers,
      body: body === undefined || isFile ? body : JSON.stringify(body),
      credentials: "omit",
      cache: "no-store",
      signal: AbortSignal.timeout(seconds * 1000),
    });
    bearer = answer.headers.get("X-Session-Token") || bearer;
    if (answer.status === 401) throw new SessionEnded();
    if (answer.status >= 500) throw new Error(`status ${answer.status}`);
    if (!answer.ok) throw new Refused((await answer.json()).message);
    return answer;
  }

  /** Show the template `name` of the page in place of what `target` holds. */
  function show(target, name) {
    target.replaceChildren(document.querySelector(`template#${name}`).content.cloneNode(true));
  }

  return { call, show, SessionEnded, Refused };
})();
