"""Custom domains of fc-local are on this machine, as a name server would say."""

import socket

asked = socket.getaddrinfo


def resolved(host, *args, **kwargs):
    name = host.decode() if isinstance(host, bytes) else host
    return asked("127.0.0.1" if name and name.endswith(".example.com") else host, *args, **kwargs)


socket.getaddrinfo = resolved
