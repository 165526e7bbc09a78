/* The page around the app in the navigation bar. */

import { AccountSurface } from "./account_surface.js";
import { launch } from "./app_frame.js";
import { boot } from "./shell.js";

const data = boot();
const slot = document.querySelector(".frame-slot");

if (slot) {
  const start = () =>
    launch(slot, {
      surface: new AccountSurface(data),
      installation: data.installation,
      context: { account: { subdomain: data.account.subdomain } },
    });
  document.querySelector("[data-reload-apps]").addEventListener("click", start);
  await start();
}
