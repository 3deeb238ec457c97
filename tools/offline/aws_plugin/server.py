"""Serves the stand-in aws plugin until the engine stops it or is gone."""

from concurrent import futures

from tools.offline import kit, lifeline

lifeline.die_quietly_until_ready()

import grpc  # noqa: E402 - slow to import, and a SIGINT may come meanwhile
from pulumi.runtime.proto import provider_pb2_grpc  # noqa: E402

from tools.offline.aws_plugin.servicer import AwsPlugin  # noqa: E402

_WORKERS = 16
"""As many resources at a time; the engine asks for 4 x the number of processors by default."""


def main() -> None:
    """Print the port, serve, and end quietly."""
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=_WORKERS))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(AwsPlugin(kit.aws_version()), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    lifeline.wait_for_end()
    server.stop(grace=None).wait()
