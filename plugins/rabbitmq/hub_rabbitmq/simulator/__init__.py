"""A small broker on loopback that speaks AMQP 0-9-1, for tests and rehearsals."""

from hub_rabbitmq.simulator.server import Simulator

__all__ = ["Simulator"]
