"""Echoes POST /invoke with Flask; gunicorn serves it."""
from flask import Flask, Response, request

app = Flask(__name__)


@app.post("/invoke")
def invoke():
    return Response(request.get_data(), mimetype="application/octet-stream")
