"use strict";

(() => {
  const board = document.querySelector(".board");
  const status = document.querySelector("[role=status]");
  const said = document.body.dataset;
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

  function fail(error) {
    if (error instanceof makegood.Refused) status.textContent = error.message;
    else makegood.show(board, error instanceof makegood.SessionEnded ? "expired" : "offline");
  }

  async function load() {
    board.setAttribute("aria-busy", "true");
    try {
      const answer = await makegood.call(`api/admin/overview?zone=${encodeURIComponent(zone)}`);
      board.innerHTML = await answer.text();
    } catch (error) {
      fail(error);
    } finally {
      board.removeAttribute("aria-busy");
    }
  }

  board.addEventListener("click", async (event) => {
    const button = event.target.closest("button[data-kind]");
    if (!button) return;
    button.disabled = true;
    try {
      await makegood.call(`api/admin/parked/${button.dataset.kind}/${button.dataset.id}/try-again`, {
        method: "POST",
        body: {},
      });
      status.textContent = said.tried;
      await load();
    } catch (error) {
      button.disabled = false;
      fail(error);
    }
  });

  document.querySelector("#refresh").addEventListener("click", load);

  function colour(scheme) {
    if (scheme === "light" || scheme === "dark") document.documentElement.dataset.colorScheme = scheme;
  }

  const client = typeof ZAFClient === "undefined" ? null : ZAFClient.init();
  if (client) {
    client.on("colorScheme.changed", colour);
    // It may have changed between the launch and now.
    client.get("colorScheme").then((answer) => colour(answer.colorScheme), () => {});
    client.on("app.activated", load);
  }
  load();
})();
