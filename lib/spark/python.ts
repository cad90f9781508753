/**
 * The Python of a job on Spark. What a job does is a short program that is made for it (`program.ts`); here is what that program
 * calls. Data passes through Python as blocks of bytes, never record by record.
 */

/** The module that Spark's Python workers load: it hands tasks to a Node.js process of its own. */
export const nodeModule = `
import json, os, struct, subprocess
from pyspark import SparkFiles, TaskContext

def read_message(stream):
    head = stream.read(4)
    if len(head) < 4:
        return None
    words = json.loads(stream.read(struct.unpack("<I", head)[0]))
    return words, [stream.read(length) for length in words["blobs"]]

def write_message(stream, words, blobs=()):
    text = json.dumps({**words, "blobs": [len(blob) for blob in blobs]}).encode()
    stream.write(struct.pack("<I", len(text)) + text)
    for blob in blobs:
        stream.write(blob)
    stream.flush()

class Failed(Exception):
    """A user's function threw: what it says is for the driver."""

class Node:
    def __init__(self, program):
        self.process = subprocess.Popen(
            [program, SparkFiles.get("distlab-worker.mjs")], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.known = set()

    def tell(self, name, words, broadcast):
        if name not in self.known:
            write_message(self.process.stdin, words, [broadcast.value])
            self.known.add(name)

    def ask(self, words, blobs):
        write_message(self.process.stdin, words, blobs)
        answer = read_message(self.process.stdout)
        if answer is None:
            raise RuntimeError("the Node.js process ended with %s" % self.process.wait())
        return answer

node = None

class Task:
    """What one unit of a plan does with a partition: takes the blocks that it reads, gives the blocks that it makes."""
    def __init__(self, program, plan, broadcasts, unit, notes):
        self.program, self.plan, self.broadcasts, self.unit, self.notes = program, plan, broadcasts, unit, notes

    def run(self, partition, inputs):
        global node
        if node is None or node.process.poll() is not None:
            node = Node(self.program)
        try:
            for number, value in self.broadcasts.items():
                node.tell(number, {"kind": "broadcast", "broadcast": number}, value)
            name, value = self.plan
            node.tell(name, {"kind": "plan", "plan": name}, value)
            words, blobs = node.ask(
                {"kind": "task", "plan": name, "unit": self.unit, "partition": partition,
                 "inputs": [entry[:3] for entry in inputs]},
                [entry[3] for entry in inputs])
        except (BrokenPipeError, RuntimeError):
            node = None
            raise
        if words["kind"] == "failed":
            raise Failed("DISTLAB" + json.dumps({**words, "partition": partition}) + "DISTLAB")
        targets = words["targets"]
        context = TaskContext.get()
        updates = blobs[len(targets)] if len(blobs) > len(targets) else None
        self.notes.add([(name, self.unit, partition, context.stageId(), updates)])
        return list(zip(targets, blobs))

class Shuffling(Task):
    """Pairs of a reduce partition and a block for it."""
    def __init__(self, task, shuffle):
        super().__init__(task.program, task.plan, task.broadcasts, task.unit, task.notes)
        self.shuffle = shuffle

    def __call__(self, partition, parts):
        for inputs in parts:
            for target, block in self.run(partition, inputs):
                yield target, (self.shuffle, target, partition, block)

class Keeping(Task):
    """The partition as one block."""
    def __init__(self, task, kept):
        super().__init__(task.program, task.plan, task.broadcasts, task.unit, task.notes)
        self.kept = kept

    def __call__(self, partition, parts):
        for inputs in parts:
            yield [(self.kept, partition, 0, self.run(partition, inputs)[0][1])]

class Acting(Task):
    """What the action makes of the partition."""
    def __init__(self, task):
        super().__init__(task.program, task.plan, task.broadcasts, task.unit, task.notes)

    def __call__(self, partition, parts):
        for inputs in parts:
            yield self.run(partition, inputs)[0][1]
`;

/** The driver program: it lives as long as the engine does, and runs the program of one job after the other. */
export const driverModule = `
import json, os, sys, threading, traceback
import pyspark
from pyspark import RDD, AccumulatorParam, SparkConf, SparkContext, StorageLevel
from distlab_node import Acting, Keeping, Shuffling, Task, read_message, write_message

settings = json.loads(sys.argv[1])
commands, replies = os.fdopen(3, "rb"), os.fdopen(4, "wb")
writing = threading.Lock()

def reply(words, blobs=()):
    with writing:
        write_message(replies, words, blobs)

class Notes(AccumulatorParam):
    def zero(self, value):
        return []
    def addInPlace(self, one, other):
        return one + other

conf = SparkConf().setMaster(settings["master"]).setAppName(settings["name"])
for key, value in settings["conf"].items():
    conf.set(key, value)
sc = SparkContext(conf=conf)
sc.setLogLevel(settings["log"])
sc.addFile(settings["worker"])
sc.addPyFile(settings["module"])
levels = {name: getattr(StorageLevel, name) for name in
          ["MEMORY_ONLY", "MEMORY_ONLY_2", "MEMORY_AND_DISK", "MEMORY_AND_DISK_2", "DISK_ONLY"]}
broadcasts, names = {}, {}

def parts(entries):
    return [sorted((entry for _, entry in entries), key=lambda entry: (entry[0], entry[1], entry[2]))]

def itself(key):
    return key

class Job:
    """What the program of a job calls. Every RDD here has one element in each partition: the list of the blocks in it."""
    def __init__(self, words, blobs):
        self.id, self.blobs = words["job"], blobs
        for number, place in words["broadcasts"]:
            broadcasts[number] = sc.broadcast(blobs[place])
        self.plan = ("plan %s" % self.id, sc.broadcast(blobs[0]))
        self.notes = sc.accumulator([], Notes())

    def data(self, node, first, partitions):
        return sc.parallelize([[(node, p, 0, self.blobs[first + p])] for p in range(partitions)], partitions)

    def task(self, unit):
        return Task(settings["node"], self.plan, dict(broadcasts), unit, self.notes)

    def fed(self, partitions, leaves):
        """One list of blocks for each partition, from all that the unit reads."""
        if not leaves:
            return sc.parallelize([[] for _ in range(partitions)], partitions)
        all = leaves[0]
        for other in leaves[1:]:
            all = all.zip(other).map(lambda pair: pair[0] + pair[1])
        return all

    def shuffle(self, unit, shuffle, partitions, reduces, leaves):
        blocks = self.fed(partitions, leaves).mapPartitionsWithIndex(Shuffling(self.task(unit), shuffle))
        return blocks.partitionBy(reduces, itself).mapPartitions(parts)

    def keep(self, unit, node, partitions, leaves, level):
        return self.fed(partitions, leaves).mapPartitionsWithIndex(Keeping(self.task(unit), node)).persist(levels[level])

    def routed(self, leaf, partitions, routes):
        """The blocks of partition q to all partitions of routes[q]: where a step reads several partitions."""
        def deal(entries):
            return [(target, entry) for entry in entries for target in routes[entry[1]]]
        return leaf.flatMap(deal).partitionBy(partitions, itself).mapPartitions(parts)

    def act(self, unit, partitions, leaves, wanted):
        results = self.fed(partitions, leaves).mapPartitionsWithIndex(Acting(self.task(unit)))
        self.results = sc.runJob(results, lambda items: list(items), wanted)

def scala_list(sequence):
    return [sequence.apply(i) for i in range(sequence.size())]

def option(value):
    return value.get() if value.isDefined() else None

def stage_rows(group, units):
    spark = sc._jsc.sc()
    spark.listenerBus().waitUntilEmpty()
    store, stages = spark.statusStore(), []
    ids = sorted({stage for job in sc.statusTracker().getJobIdsForGroup(group)
                  for stage in sc.statusTracker().getJobInfo(job).stageIds})
    for number in ids:
        stage = store.lastStageAttempt(number)
        row = {"stage": number, "status": stage.status().toString(), "units": sorted(units.get(number, [])), "tasks": []}
        for attempt in range(stage.attemptId() + 1):
            try:
                tasks = scala_list(store.taskList(number, attempt, 100000))
            except Exception:
                continue
            for task in tasks:
                metrics = option(task.taskMetrics())
                row["tasks"].append({
                    "partition": task.partitionId(), "attempt": task.attempt() + attempt, "executor": task.executorId(),
                    "locality": task.taskLocality(), "status": task.status(), "speculative": task.speculative(),
                    "from": task.launchTime().getTime(), "ms": option(task.duration()),
                    "read": 0 if metrics is None else metrics.shuffleReadMetrics().remoteBytesRead() + metrics.shuffleReadMetrics().localBytesRead(),
                    "written": 0 if metrics is None else metrics.shuffleWriteMetrics().bytesWritten(),
                })
        stages.append(row)
    return stages

def kept_rows():
    rows = []
    for info in scala_list(sc._jsc.sc().statusStore().rddList(True)):
        name = [key for key, one in names.items() if isinstance(one, RDD) and one.id() == info.id()]
        for part in scala_list(option(info.partitions())) if info.partitions().isDefined() else []:
            rows.append({"rdd": name[0] if name else info.name(), "partition": int(part.blockName().split("_")[2]),
                         "executor": scala_list(part.executors())[0] if part.executors().size() > 0 else "",
                         "memory": part.memoryUsed(), "disk": part.diskUsed()})
    return rows

def run(words, blobs):
    group = "distlab %s" % words["job"]
    try:
        sc.setJobGroup(group, words["name"], interruptOnCancel=True)
        job = Job(words, blobs)
        names["job"] = job
        exec(compile(words["program"], "job %s" % words["job"], "exec"), names)
        latest, units = {}, {}
        for plan, unit, partition, stage, updates in job.notes.value:
            units.setdefault(stage, set()).add(unit)
            latest[(unit, partition)] = updates
        told = sorted(key for key, updates in latest.items() if updates is not None)
        reply({"kind": "done", "job": words["job"], "results": len(job.results), "stages": stage_rows(group, units), "kept": kept_rows()},
              [bytes(one) for one in job.results] + [latest[key] for key in told])
    except Exception as error:
        text = str(error)
        found = text.split("DISTLAB{")
        if len(found) > 1:
            reply({"kind": "failed", "job": words["job"], "error": json.loads("{" + found[1].split("}DISTLAB")[0] + "}"), "attempts": settings["attempts"]})
        else:
            reply({"kind": "failed", "job": words["job"], "error": None, "text": "".join(traceback.format_exception_only(type(error), error))[-4000:]})

reply({"kind": "ready", "version": sc.version})
while True:
    message = read_message(commands)
    if message is None or message[0]["kind"] == "stop":
        break
    words, blobs = message
    if words["kind"] == "job":
        threading.Thread(target=run, args=(words, blobs), daemon=True).start()
    elif words["kind"] == "cancel":
        sc.cancelJobGroup("distlab %s" % words["job"])
    elif words["kind"] == "forget":
        for name in words["names"]:
            if name in names:
                names.pop(name).unpersist()
sc.stop()
`;
