"""The small projects that the programs run, file by file, and what breaks each."""

ASGI = """\
async def app(scope, receive, send):
    if scope["type"] == "http":
        head = {"type": "http.response.start", "status": 200, "headers": []}
        await send(head)
        await send({"type": "http.response.body", "body": b"hello"})
"""
WSGI = """\
def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"hello"]
"""
NODE = """\
require("http").createServer((q, r) => r.end("hello")).listen(process.env.PORT, "127.0.0.1")
"""
DJANGO = """\
import os, sys
from django.conf import settings
from django.core.management import execute_from_command_line
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path

settings.configure(
    DEBUG=True, SECRET_KEY="s", ROOT_URLCONF="urls", ALLOWED_HOSTS=["*"], MIDDLEWARE=[],
    INSTALLED_APPS=[], DATABASES={},
)
if __name__ == "__main__":
    execute_from_command_line(sys.argv)
"""
URLS = """\
from django.http import HttpResponse
from django.urls import path

urlpatterns = [path("", lambda request: HttpResponse("hello"))]
"""
FLASK = """\
from flask import Flask

app = Flask(__name__)


@app.get("/")
def hello():
    return "hello"
"""
FASTAPI = """\
from fastapi import FastAPI

app = FastAPI()


@app.get("/")
def hello():
    return "hello"
"""
CELERY = """\
from celery import Celery

app = Celery("tasks", broker="memory://")
"""
NGINX = """\
daemon off;
pid nginx.pid;
error_log stderr;
events {}
http {
  access_log off;
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi; scgi_temp_path scgi;
  server { listen 127.0.0.1:PORT; location / { return 200 hello; } }
}
"""
PUMA = """\
run ->(env) { [200, {"Content-Type" => "text/plain"}, ["hello"]] }
"""
WEBPACK = """\
module.exports = { mode: "development", entry: "./src/index.js" }
"""
SCRIPT = "console.log(1)\n"
PAGE = "<!doctype html><title>hello</title><script type=module src=./src/main.js></script>\n"
BAD_PYTHON, BAD_JS = "def broken(:\n", "this is ( not a program\n"
