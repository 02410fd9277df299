"""A door before the simulated cloud, through which all of the daemon's calls go: it can be slammed,
and it can ask for TLS."""

import contextlib
import socket
import threading


class Door:
    def __init__(self, url, context=None):
        """`context`: of the ssl module, for https."""
        self.context = context
        self.cloud = ("127.0.0.1", int(url.rsplit(":", 1)[1]))
        self.received = 0  # bytes, of whom was let in
        self.refused = 0   # visitors
        self.inside = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        scheme = "https" if context else "http"
        self.url = f"{scheme}://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.serve, daemon=True).start()

    def slam(self):
        """Whoever is inside is put out; the next may come in."""
        for visitor in list(self.inside):
            with contextlib.suppress(OSError):
                visitor.shutdown(socket.SHUT_RDWR)

    def serve(self):
        while True:
            visitor, _ = self.listener.accept()
            threading.Thread(target=self.let_in, args=[visitor], daemon=True).start()

    def let_in(self, visitor):
        try:
            if self.context:
                visitor = self.context.wrap_socket(visitor, server_side=True)
        except OSError:
            self.refused += 1
            return
        self.inside.append(visitor)
        with contextlib.suppress(OSError), visitor, socket.create_connection(self.cloud) as cloud:
            threading.Thread(target=self.pass_on, args=[cloud, visitor], daemon=True).start()
            while words := visitor.recv(65536):
                self.received += len(words)
                cloud.sendall(words)
            cloud.shutdown(socket.SHUT_RDWR)
        self.inside.remove(visitor)

    @staticmethod
    def pass_on(cloud, visitor):
        with contextlib.suppress(OSError):
            while words := cloud.recv(65536):
                visitor.sendall(words)
            visitor.shutdown(socket.SHUT_RDWR)
