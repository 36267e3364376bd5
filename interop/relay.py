"""A line between two processes that can be cut and mended: TCP only, it reads nothing of what passes."""

import contextlib
import socket
import threading


class Relay:
    """Passes connections on to a server; while it is cut, none is taken and those that were there are gone."""

    def __init__(self, server: str):
        host, port = server.rsplit(":", 1)
        self.server = (host, int(port))
        self.whole = threading.Event()
        self.whole.set()
        self.open: set[socket.socket] = set()
        self.turn = threading.Lock()
        self.was_cut = threading.Event()
        self.left: int | None = None
        self.door = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.door.getsockname()[1]}"
        threading.Thread(target=self._take, daemon=True).start()

    def cut_after(self, answered: int) -> None:
        """Cuts when the server has sent so many bytes more, and then says so by ``was_cut``."""
        self.was_cut.clear()
        self.left = answered

    def cut(self) -> None:
        """Everything that is under way breaks off."""
        self.left = None
        with self.turn:
            self.whole.clear()
            for end in self.open:
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
        self.was_cut.set()

    def mend(self) -> None:
        """New connections pass again."""
        self.whole.set()

    def close(self) -> None:
        """The end."""
        self.cut()
        self.door.close()

    def _take(self) -> None:
        while True:
            try:
                near, _ = self.door.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(self.server, 5)
            except OSError:
                near.close()
                continue
            # Five seconds were for the connection: a server may hold an answer back for longer.
            far.settimeout(None)
            with self.turn:
                if not self.whole.is_set():
                    near.close()
                    far.close()
                    continue
                self.open |= {near, far}
            for source, target, answers in ((near, far, False), (far, near, True)):
                threading.Thread(target=self._pass, args=(source, target, answers), daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket, answers: bool) -> None:
        with contextlib.suppress(OSError):
            while part := source.recv(65536):
                if answers and self.left is not None:
                    self.left -= len(part)
                    if self.left <= 0:
                        self.cut()
                target.sendall(part)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        with self.turn:
            if source in self.open:
                self.open.discard(source)
                source.close()
