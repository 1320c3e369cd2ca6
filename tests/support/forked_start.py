"""forked_start.py PLACE WORD...: ./orchestrate WORD... by a fork (forked.py) with the streams, the folder and the environment of
this process, which ends as the fork ends."""

import json
import os
import socket
import sys

with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as forks:
    forks.connect(f"\0{sys.argv[1]}")
    request = {"words": sys.argv[2:], "env": dict(os.environ), "cwd": os.getcwd()}
    socket.send_fds(forks, [json.dumps(request).encode()], [0, 1, 2])
    forks.recv(100)  # its number
    code = int(forks.recv(100))
sys.exit(code if code >= 0 else 128 - code)
