"""The three workloads in SimPy. usage: python3 simpy_peer.py DELIVERIES; prints a line of JSON for each.

"callbacks" drives SimPy as fast as it can be driven, by the callbacks of time-outs; "processes" is what its guide
teaches: a process for each node that reads its mailbox, and one for each message under way.
"""
import json
import random
import sys
import time

import simpy

TOTAL = int(float(sys.argv[1]))
N = 1000


class Done(Exception):
    pass


def begin(workload, draw, send):
    if workload == "pingpong":
        for i in range(N):
            send(i, i ^ 1)
    elif workload == "ring":
        send(0, 1)
    else:
        for i in range(100 * N):
            send(i % N, int(draw() * N))


def following(workload, draw, me, sender):
    return sender if workload == "pingpong" else (me + 1) % N if workload == "ring" else int(draw() * N)


def callbacks(workload, total):
    draw, env, count = random.Random(42).random, simpy.Environment(), 0

    def send(sender, to):
        env.timeout(1 + 9 * draw(), (sender, to)).callbacks.append(arrive)

    def arrive(event):
        nonlocal count
        count += 1
        if count >= total:
            raise Done
        sender, to = event._value
        send(to, following(workload, draw, to, sender))

    begin(workload, draw, send)
    env.run()


def processes(workload, total):
    draw, env, count = random.Random(42).random, simpy.Environment(), 0
    boxes = [simpy.Store(env) for _ in range(N)]

    def travel(sender, to):
        yield env.timeout(1 + 9 * draw())
        boxes[to].put(sender)

    def send(sender, to):
        env.process(travel(sender, to))

    def node(me):
        nonlocal count
        while True:
            sender = yield boxes[me].get()
            count += 1
            if count >= total:
                raise Done
            send(me, following(workload, draw, me, sender))

    for i in range(N):
        env.process(node(i))
    begin(workload, draw, send)
    env.run()


for workload in ("pingpong", "ring", "storm"):
    for style in (callbacks, processes):
        total = TOTAL + (100 * N if workload == "storm" else 0)
        start = time.perf_counter()
        try:
            style(workload, total)
        except Done:
            pass
        seconds = time.perf_counter() - start
        print(json.dumps({"workload": workload, "style": style.__name__, "perSecond": total / seconds}), flush=True)
