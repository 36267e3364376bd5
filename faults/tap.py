"""Between the hospitals and the hub: a relay that can cut and slow the line, and a tap that reads every call.

The line of a hospital is relay → tap → hub, all TLS. The tap holds the hub's own TLS key, so that hospitals take it for
the hub; it carries each call on as it is, and keeps the driver's own record of what was asked, answered and acknowledged.
"""

import concurrent.futures
import json
import pathlib
import socket
import threading
import time
from dataclasses import dataclass, field

import grpc
from flwr.proto import fleet_pb2, message_pb2
from flwr.supercore.inflatable.inflatable_utils import inflate_object_from_contents

from federation import sha256

FLEET = "/flwr.proto.Fleet/"
ROOMY = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
QUICK = [("grpc.initial_reconnect_backoff_ms", 100), ("grpc.min_reconnect_backoff_ms", 100),
         ("grpc.max_reconnect_backoff_ms", 300)]


@dataclass
class Update:
    """A reply that went over the wire whole."""

    site: str
    run: str
    round: int
    reply: str
    instruction: str
    outcome: str
    reason: str
    update: str
    payload: bytes = field(repr=False)
    acknowledged: bool = False


class Record:
    """What the driver saw itself. A reply is acknowledged when the hub answered the call with its last missing object."""

    def __init__(self):
        self.lock = threading.Lock()
        self.objects: dict[str, bytes] = {}
        self.parts: dict[str, set[str]] = {}
        self.missing: dict[str, set[str]] = {}
        self.pending: dict[tuple[int, str], str] = {}
        self.acknowledged: set[str] = set()
        self.read: dict[str, Update | None] = {}
        self.errors: list[str] = []
        self.handed: dict[int, set[str]] = {}

    def asked(self, method: str, request: bytes) -> None:
        """A request is about to go to the hub."""
        with self.lock:
            if method == FLEET + "PushObject":
                push = message_pb2.PushObjectRequest.FromString(request)
                if sha256(push.object_content) == push.object_id:
                    self.objects[push.object_id] = push.object_content
            elif method == FLEET + "PushMessages":
                push = fleet_pb2.PushMessagesRequest.FromString(request)
                message = push.messages_list[0]
                self.parts[message.metadata.message_id] = _ids(push.message_object_trees[0])
                if message.HasField("error"):
                    self.errors.append(f"node {message.metadata.src_node_id}: {message.error.reason[:200]}")

    def answered(self, method: str, request: bytes, answer: bytes) -> None:
        """The hub has answered."""
        with self.lock:
            if method == FLEET + "PullMessages":
                for message in fleet_pb2.PullMessagesResponse.FromString(answer).messages_list:
                    self.handed.setdefault(message.metadata.dst_node_id, set()).add(message.metadata.message_id)
            elif method == FLEET + "PushMessages":
                push = fleet_pb2.PushMessagesRequest.FromString(request)
                name = push.messages_list[0].metadata.message_id
                told = fleet_pb2.PushMessagesResponse.FromString(answer)
                self.pending[(push.node.node_id, told.session_id)] = name
                self.missing[name] = set(told.objects_to_push)
                self._heard(name)
            elif method == FLEET + "PushObject":
                push = message_pb2.PushObjectRequest.FromString(request)
                name = self.pending.get((push.node.node_id, push.session_id))
                if name and message_pb2.PushObjectResponse.FromString(answer).stored:
                    self.missing[name].discard(push.object_id)
                    self._heard(name)

    def _heard(self, name: str) -> None:
        if not self.missing[name]:
            self.acknowledged.add(name)

    def updates(self) -> list[Update]:
        """All replies that were seen whole."""
        with self.lock:
            for name, ids in self.parts.items():
                if name not in self.read and ids <= self.objects.keys():
                    self.read[name] = _update(name, self.objects)
            found = []
            for name, update in self.read.items():
                if update is not None:
                    update.acknowledged = name in self.acknowledged
                    found.append(update)
            return found


def _ids(tree) -> set[str]:
    ids, waiting = set(), [tree]
    while waiting:
        one = waiting.pop()
        ids.add(one.object_id)
        waiting.extend(one.children)
    return ids


def _update(name: str, objects: dict[str, bytes]) -> Update | None:
    message = inflate_object_from_contents(name, dict(objects), keep_object_contents=True)
    if message.has_error() or "osteon.reply" not in message.content.config_records:
        return None
    envelope = bytes(message.content.config_records["osteon.reply"]["osteon.reply"])
    document = envelope[len(b'{"document":'):envelope.rindex(b',"signatures":')]
    reply = json.loads(document)
    payload = b""
    for spec in reply["arrays"]:
        array = message.content.array_records["arrays"][spec["name"]].numpy()
        payload += array.astype(array.dtype.newbyteorder("<")).tobytes()
    return Update(reply["site"], reply["run"], reply["round"], sha256(document), reply["instruction"],
                  reply["outcome"], reply["reason"], reply["update"], payload)


class Calls:
    """What a trial does with calls on their way; the plain one does nothing."""

    def before(self, method: str, request: bytes) -> None:
        """Before a request goes to the hub."""

    def instead(self, method: str, request: bytes) -> bytes | None:
        """An answer that the hub never gave, to a call that it never saw."""

    def after(self, method: str, request: bytes) -> None:
        """After the hub has answered, before the hospital hears it; may raise Lost."""


class Lost(Exception):
    """The answer does not reach who asked."""


class Tap(grpc.GenericRpcHandler):
    """Takes every call with the hub's TLS key and carries it on."""

    def __init__(self, hub: pathlib.Path, port: int):
        self.record = Record()
        self.calls = Calls()
        self.heard = lambda method, request: None
        self.troubles: list[str] = []
        self.keep: tuple[str, ...] = ()
        self.kept: list[tuple[str, bytes, list]] = []
        key, certificate = (hub / "tls.key").read_bytes(), (hub / "tls.crt").read_bytes()
        self.channel = grpc.secure_channel(
            f"127.0.0.1:{port}", grpc.ssl_channel_credentials(certificate), options=ROOMY + QUICK
        )
        self.server = grpc.server(concurrent.futures.ThreadPoolExecutor(64), handlers=[self], options=ROOMY)
        self.port = self.server.add_secure_port("127.0.0.1:0", grpc.ssl_server_credentials([(key, certificate)]))
        self.server.start()

    def service(self, details):
        """grpc's question who takes a call: this does."""
        method = details.method
        return grpc.unary_unary_rpc_method_handler(lambda request, context: self._call(method, request, context))

    def _call(self, method: str, request: bytes, context) -> bytes:
        headers = [(key, value) for key, value in context.invocation_metadata()
                   if not key.startswith("grpc-") and key not in ("user-agent", "te", "content-type")]
        try:
            self.record.asked(method, request)
            calls = self.calls
            calls.before(method, request)
            answer = calls.instead(method, request)
            if answer is None:
                call = self.channel.unary_unary(method).future(request, metadata=headers, timeout=context.time_remaining())
                context.add_callback(call.cancel)
                answer = call.result()
            self.record.answered(method, request, answer)
            self.heard(method, request)
            if method.startswith(FLEET) and method[len(FLEET):] in self.keep:
                self.kept.append((method, request, headers))
            calls.after(method, request)
            return answer
        except (ValueError, KeyError, AttributeError, IndexError) as error:
            self.troubles.append(f"the driver cannot read {method}: {error!r}")
            raise
        except Lost:
            context.abort(grpc.StatusCode.UNAVAILABLE, "the line was cut")
        except grpc.FutureCancelledError:
            context.abort(grpc.StatusCode.CANCELLED, "cancelled")
        except grpc.RpcError as error:
            context.set_trailing_metadata([(key, value) for key, value in error.trailing_metadata() or []
                                           if not key.startswith("grpc-")])
            context.abort(error.code(), error.details() or "")

    def again(self, method: str, request: bytes, headers: list) -> bool:
        """Sends a call once more; whether the hub answered it."""
        try:
            self.record.asked(method, request)
            answer = self.channel.unary_unary(method)(request, metadata=headers, timeout=20)
            self.record.answered(method, request, answer)
            return True
        except grpc.RpcError:
            return False

    def close(self) -> None:
        """Ends it."""
        self.server.stop(0).wait(20)
        self.channel.close()


class Relay:
    """Carries bytes between a port and another, and can cut the line, refuse it, slow it and delay it."""

    def __init__(self, port: int, to: int):
        self.to = to
        self.open: set[socket.socket] = set()
        self.lock = threading.Lock()
        self.refusing = False
        self.rate = 0.0
        self.delay = 0.0
        self.bytes = 0
        self.cut_at = 0
        self.server = socket.socket()
        self.server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.server.bind(("127.0.0.1", port))
        self.server.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self.server.accept()
            except OSError:
                return
            if self.refusing:
                near.close()
                continue
            try:
                far = socket.create_connection(("127.0.0.1", self.to), 10)
            except OSError:
                near.close()
                continue
            far.settimeout(None)
            with self.lock:
                self.open |= {near, far}
            threading.Thread(target=self._carry, args=(near, far), daemon=True).start()
            threading.Thread(target=self._carry, args=(far, near), daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        try:
            while True:
                piece = one.recv(1024 if self.rate else 65536)
                if not piece:
                    break
                if self.delay:
                    time.sleep(self.delay)
                if self.rate:
                    time.sleep(len(piece) / self.rate)
                self.bytes += len(piece)
                if self.cut_at and self.bytes >= self.cut_at:
                    self.cut_at = 0
                    other.sendall(piece[: len(piece) // 2])
                    self.cut()
                    break
                other.sendall(piece)
        except OSError:
            pass
        finally:
            self._close(one, other)

    def _close(self, *sockets: socket.socket) -> None:
        with self.lock:
            for one in sockets:
                self.open.discard(one)
        for one in sockets:
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            one.close()

    def open_up(self) -> None:
        """Carries all there is, at once, from now on."""
        self.rate = self.delay = 0.0
        self.cut_at = 0
        self.refusing = False

    def cut_after(self, count: int) -> None:
        """Cuts the line in the middle of what it carries, when that many more bytes have gone over it; 0 for never."""
        self.cut_at = self.bytes + count if count else 0

    def cut(self) -> None:
        """Ends every connection, in the middle of whatever it carries."""
        with self.lock:
            broken = list(self.open)
        self._close(*broken)

    def close(self) -> None:
        """Ends it."""
        self.server.shutdown(socket.SHUT_RDWR)
        self.server.close()
        self.cut()
