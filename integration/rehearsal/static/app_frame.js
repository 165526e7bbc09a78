/* Launches the installed app into a slot of the page: a form post, signed by the server, into a cross-site frame. */

import { FrameHost } from "./frame_host.js";
import { knobs } from "./knobs.js";
import { call, colorScheme } from "./shell.js";

let launches = 0;

/* Launch, or launch again, the app of `slot.dataset.location`; return its host. */
export async function launch(slot, { surface, installation, context }) {
  for (const host of knobs.frames) {
    if (slot.contains(host.frame)) {
      host.close();
      knobs.frames.delete(host);
    }
  }
  const location = slot.dataset.location;
  const signed = await call("/agent/api/launch", { location, colorScheme: colorScheme() });
  const frame = document.createElement("iframe");
  launches += 1;
  frame.name = `app-${location}-${launches}`;
  frame.title = installation.name;
  frame.className = "app-frame";
  slot.replaceChildren(frame);
  const host = new FrameHost({
    frame,
    origin: signed.origin,
    appGuid: signed.app_guid,
    surface,
    knobs,
    metadata: {
      appId: installation.appId,
      installationId: installation.installationId,
      name: installation.name,
      settings: { name: installation.name, title: installation.name },
      version: "1.0.0",
    },
    context: { product: "support", location, ...context },
  });
  knobs.frames.add(host);
  post(signed, frame.name);
  return host;
}

function post({ action, token }, target) {
  const form = document.createElement("form");
  form.method = "post";
  form.action = action;
  form.target = target;
  form.hidden = true;
  const field = document.createElement("input");
  field.type = "hidden";
  field.name = "token";
  field.value = token;
  form.append(field);
  document.body.append(form);
  form.submit();
  form.remove();
}
