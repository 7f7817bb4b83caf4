"""Durable 1:1 messages from one node to another, beside the same on one node of a cluster.

The processes of both nodes, PostgreSQL and Redis share the server's core, and their CPU counts.
"""

from functools import partial

from scripts.private_servers import PostgresServer, RedisServer

from . import node
from .floor import TEXT
from .line import compared, interleaved, seconds
from .load import Load, Plan
from .messages import plan
from .node import Node
from .pairs import people
from .postgres import pinned_processes, stored

LOCAL = "the same on one of the nodes"


def across(chat_ids: list[int], ports: tuple[int, int], tokens: list[str]) -> Plan:
    """Every first of a pair writes on the first node to the second of it on the other."""
    made = node.plan(ports[0])
    made.mark("own", '"type":"message_sent"')
    made.mark("each", '"type":"new_message"')
    for pair, chat_id in enumerate(chat_ids):
        text = f'{{"type":"send_message","chat_id":{chat_id},"client_id":"b-########","text":"{TEXT}"}}'
        for place, port in enumerate(ports):
            made.port(port)
            node.sockets(made, [tokens[2 * pair + place]])
        # Other client_ids than those of the pairs on one node, which come after.
        made.lane(2 * pair, range(2 * pair + 1, 2 * pair + 2), text, own=1, each=1, count=(pair * 100_000 + 50_000, 1))
    return made


def main() -> None:
    """Measure."""
    made, chat_ids = people()
    postgres, redis = PostgresServer(), RedisServer()
    environment = {"RYADOM_DATABASE_URL": stored(made, postgres), "RYADOM_REDIS_URL": redis.url}
    with Node(made.data, environment=environment) as one, Node(made.data, environment=environment) as other:
        one.beside = [*pinned_processes(postgres), *pinned_processes(redis), *other.pids]
        apart = Load(across(chat_ids, (one.port, other.port), made.tokens), one.pids)
        with apart:
            apart.open()
            (mine,) = interleaved(partial(apart.closed, 1, seconds(4)))
        together = Load(plan(chat_ids, one.port, made.tokens), one.pids)
        with together:
            together.open()
            (base,) = interleaved(partial(together.closed, 1, seconds(4)))
        compared("durable 1:1 message from node to node", mine, base, LOCAL)
    postgres.remove()
    redis.kill()


if __name__ == "__main__":
    main()
