"""A tiny app on another site than the workspace: its page starts the SDK and leaves the rest to the tests."""

from __future__ import annotations

import threading
from typing import Any

from flask import Flask, Response, request
from werkzeug.serving import make_server

SDK_URL = "https://static.zdassets.com/zendesk_app_framework_sdk/2.0/zaf_sdk.min.js"

PAGE = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Tiny app</title><script src="{SDK_URL}"></script></head>
<body><h1>Tiny app</h1><script>
window.registrations = [];
window.heard = [];
window.client = ZAFClient.init();
client.on("app.registered", (data) => registrations.push(data));
client.on("app.activated", (data) => heard.push(["app.activated", data]));
window.listen = (name) => client.on(name, (data) => heard.push([name, data]));
window.outcome = (promise) => promise.then((value) => ({{ value }}), (error) => ({{
  error: error.message || error.responseText || "", status: error.status ?? null,
}}));
</script></body></html>"""


class TinyApp:
    """Serves the page at /app and an echo at /echo on http://localhost:PORT."""

    def __init__(self) -> None:
        self.launches: list[dict[str, Any]] = []
        flask = Flask(__name__)
        flask.add_url_rule("/app", "app", self._page, methods=["POST"])
        flask.add_url_rule("/echo", "echo", self._echo, methods=["GET", "POST"])
        # Bound to the number, reached by the name: for the browser that is another site than 127.0.0.1.
        self._server = make_server("127.0.0.1", 0, flask, threaded=True)
        self.url = f"http://localhost:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _page(self) -> Response:
        self.launches.append({"token": request.form["token"], **request.args})
        return Response(PAGE, content_type="text/html; charset=utf-8")

    def _echo(self) -> dict[str, Any]:
        return {"method": request.method, "body": request.get_data(as_text=True), "query": dict(request.args)}
