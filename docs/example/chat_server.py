"""Serves chat.html and passes its messages on to nl_chat: an example on loopback, with the connection of the PG… variables.

    pip install "psycopg[binary]"
    PGDATABASE=shop python chat_server.py [PORT]
"""

import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psycopg

PAGE = Path(__file__).with_name("chat.html").read_bytes()


class Handler(BaseHTTPRequestHandler):
    def reply(self, status, kind, body):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.reply(200, "text/html; charset=utf-8", PAGE) if self.path == "/" else self.reply(404, "text/plain", b"no such page")

    def do_POST(self):
        # Other pages in the same browser can't send this type without being asked first.
        if self.path != "/chat" or self.headers.get_content_type() != "application/json":
            return self.reply(400, "text/plain", b"POST /chat takes application/json")
        try:
            asked = json.loads(self.rfile.read(min(int(self.headers["Content-Length"]), 200_000)))
            with psycopg.connect(os.environ.get("DATABASE_URL", "")) as connection:
                row = connection.execute("SELECT nl_chat(%s, thread => %s)::text", (asked["message"], asked["thread"])).fetchone()
            self.reply(200, "application/json", row[0].encode())
        except (ValueError, KeyError, TypeError):
            self.reply(400, "text/plain", b'a message is {"message": text, "thread": text}')
        except psycopg.Error as error:
            self.reply(502, "text/plain; charset=utf-8", str(error).encode())


if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8080
    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()
