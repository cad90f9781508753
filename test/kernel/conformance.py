"""What a Jupyter kernel must do: the official suite jupyter_kernel_test, and checks of our own beyond it.

    python test/kernel/conformance.py -v             the checks, against the kernel `distlab`
    python test/kernel/conformance.py --table        the same against every kernel installed here, side by side

JUPYTER_PATH says where kernels are found. A check named test_x_* or test_y_* is ours.
"""

import json
import os
import subprocess
import sys
import time
import unittest
from queue import Empty

import jupyter_kernel_test
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import start_new_kernel

KERNEL = os.environ.get("DISTLAB_KERNEL", "distlab")

TYPESCRIPT = {
    "language": "typescript",
    "extension": ".ts",
    "hello": 'console.log("hello, world")',
    "stderr": 'console.error("something is wrong")',
    "error": 'throw new Error("deliberate")',
    "compile_error": "const x: number = ;",
    "results": [("6 * 7", "42"), ("[1, 2].length", "2"), ("10 / 4", "2.5")],
    "history_pattern": "6 ? 7",
    "complete": ["1", 'console.log("hi")', "const f = () => {\n  return 1\n}"],
    "incomplete": ["function f() {", "const a = [1,", "const s = `open", "/* open", "class A {\n  x = 1"],
    "invalid": ["const = 3", "1 +* 2", "let a = );"],
    "completions": [("Mat", {"Math"}), ("consol", {"console"})],
    "completion_member": ("Math.sq", "sqrt"),
    "completion_typed": ('const conf_text = "abc"; conf_text.toUp', "toUpperCase"),
    "inspect": "parseInt",
    "inspect_docs": ("parseInt", "Converts a string to an integer"),
    "display": ('import { display } from "tslab"; display.html("<b>bold</b>")', "text/html"),
    "set": "let conf_state = 41",
    "get": ("conf_state + 1", "42"),
    "async_error": 'await Promise.reject(new TypeError("later"))',
    "async_error_name": "TypeError",
    "error_name": "Error",
    "runtime_error": 'function conf_inner(n: number) {\n  throw new RangeError("bad " + n);\n}\nconf_inner(3)',
    "runtime_error_name": "RangeError",
    "sync_output": 'console.log("first"); const conf_until = Date.now() + 1500; while (Date.now() < conf_until);',
    "sleep": "await new Promise((r) => setTimeout(r, 400))",
    "loop": "while (true) {}",
    "loop_after_await": "await new Promise((r) => setTimeout(r, 50)); while (true) {}",
    "loop_in_function": "function conf_spin() { for (;;) {} }\nconf_spin()",
    "loop_async": "while (true) await new Promise((r) => setTimeout(r, 20))",
    "busy": "const conf_busy = Date.now() + 3000; while (Date.now() < conf_busy);",
}

DISTLAB = {
    **TYPESCRIPT,
    "pager": "parseInt?",
    "mime": '({ [Symbol.for("Jupyter.display")]: () => ({ "text/html": "<i>x</i>", "text/plain": "x" }) })',
    "clear": 'globalThis[Symbol.for("distlab.kernel")].clear()',
    "input": 'await globalThis[Symbol.for("distlab.kernel")].input("name? ")',
    "update": 'const conf_k = globalThis[Symbol.for("distlab.kernel")];\n'
    'conf_k.display({ "text/plain": "one" }, { id: "conf" });\nawait new Promise((r) => setTimeout(r, 300));\n'
    'conf_k.display({ "text/plain": "two" }, { id: "conf", update: true });',
    "echo_target": 'globalThis[Symbol.for("distlab.kernel")].comms.register("echo", (comm, first) => {\n'
    "  comm.send({ got: first.data });\n  comm.onMessage = ({ data }) => comm.send({ got: data });\n});",
}

TSLAB = {
    **TYPESCRIPT,
    "update": 'import { newDisplay } from "tslab"; const conf_d = newDisplay(); conf_d.text("one");\n'
    'await new Promise((r) => setTimeout(r, 300)); conf_d.text("two");',
}

DENO = {
    **TYPESCRIPT,
    "display": ('await Deno.jupyter.broadcast("display_data", '
                '{ data: { "text/html": "<b>bold</b>" }, metadata: {}, transient: {} })', "text/html"),
    "mime": DISTLAB["mime"],
    "clear": 'await Deno.jupyter.broadcast("clear_output", { wait: false })',
    "input": 'prompt("name? ")',
    "update": 'await Deno.jupyter.broadcast("display_data", { data: { "text/plain": "one" }, metadata: {}, '
    'transient: { display_id: "conf" } });\nawait new Promise((r) => setTimeout(r, 300));\n'
    'await Deno.jupyter.broadcast("update_display_data", { data: { "text/plain": "two" }, metadata: {}, '
    'transient: { display_id: "conf" } })',
}

PYTHON = {
    "language": "python",
    "extension": ".py",
    "hello": 'print("hello, world")',
    "stderr": 'import sys; print("something is wrong", file=sys.stderr)',
    "error": 'raise Exception("deliberate")',
    "error_name": "Exception",
    "compile_error": "x = = 3",
    "results": [("6 * 7", "42"), ("len([1, 2])", "2"), ("10 / 4", "2.5")],
    "history_pattern": "6 ? 7",
    "complete": ["1", "print('hi')", "def f(x):\n  return 1\n\n"],
    "incomplete": ["def f():", "a = [1,", "s = '''open"],
    "invalid": ["x = = 3", "1 +* 2", "a = );"],
    "completions": [],
    "completion_member": ("import math; math.sq", "sqrt"),
    "inspect": "len",
    "inspect_docs": ("len", "number of items"),
    "pager": "len?",
    "display": ('from IPython.display import display, HTML; display(HTML("<b>bold</b>"))', "text/html"),
    "set": "conf_state = 41",
    "get": ("conf_state + 1", "42"),
    "async_error": 'import asyncio\nasync def conf_later(): raise TypeError("later")\nawait conf_later()',
    "async_error_name": "TypeError",
    "runtime_error": "def conf_inner(n):\n  raise ValueError('bad %d' % n)\nconf_inner(3)",
    "runtime_error_name": "ValueError",
    "sync_output": "import time\nprint('first', flush=True)\nconf_until = time.time() + 1.5\nwhile time.time() < conf_until: pass",
    "sleep": "import asyncio; await asyncio.sleep(0.4)",
    "loop": "while True: pass",
    "loop_after_await": "import asyncio; await asyncio.sleep(0.05)\nwhile True: pass",
    "loop_in_function": "def conf_spin():\n  while True: pass\nconf_spin()",
    "loop_async": "import asyncio\nwhile True: await asyncio.sleep(0.02)",
    "busy": "import time\nconf_busy = time.time() + 3\nwhile time.time() < conf_busy: pass",
    "mime": "from IPython.display import HTML\nHTML('<i>x</i>')",
    "clear": "from IPython.display import clear_output; clear_output()",
    "input": "input('name? ')",
    "update": "from IPython.display import display\nimport asyncio\nconf_h = display('one', display_id='conf')\n"
    "await asyncio.sleep(0.3)\nconf_h.update('two')",
    "echo_target": "from ipykernel.comm import Comm\ndef conf_echo(comm, msg):\n  comm.send({'got': msg['content']['data']})\n"
    "  @comm.on_msg\n  def _(m): comm.send({'got': m['content']['data']})\n"
    "get_ipython().kernel.comm_manager.register_target('echo', conf_echo)",
}

SAMPLES = {"distlab": DISTLAB, "tslab": TSLAB, "deno": DENO, "python3": PYTHON}
S = SAMPLES.get(KERNEL, DISTLAB)


class Conformance(jupyter_kernel_test.KernelTests):
    kernel_name = KERNEL
    language_name = S["language"]
    file_extension = S["extension"]
    code_hello_world = S["hello"]
    code_stderr = S["stderr"]
    code_generate_error = S["error"]
    code_execute_result = [{"code": code, "result": result} for code, result in S["results"]]
    code_history_pattern = S["history_pattern"]
    supported_history_operations = ("tail", "range", "search")
    complete_code_samples = S["complete"]
    incomplete_code_samples = S["incomplete"]
    invalid_code_samples = S["invalid"]
    code_inspect_sample = S["inspect"]
    code_page_something = S.get("pager", "")
    code_display_data = [{"code": S["display"][0], "mime": S["display"][1]}]
    code_clear_output = S.get("clear", "")

    def run(self, result=None):
        """A check that fails may leave the kernel stuck: the next one gets a new kernel, and is judged by itself."""
        before = len(result.failures) + len(result.errors)
        super().run(result)
        if len(result.failures) + len(result.errors) > before:
            self.kc.stop_channels()
            self.km.shutdown_kernel(now=True)
            type(self).km, type(self).kc = start_new_kernel(kernel_name=self.kernel_name)
            for channel in (self.kc.shell_channel, self.kc.iopub_channel):
                self.drain(channel)
        return result

    def drain(self, channel):
        """Takes away what was said while the kernel started: the suite would judge it as part of the next check."""
        try:
            while True:
                channel.get_msg(timeout=0.5)
        except Empty:
            pass

    # -- what the checks below are told in

    def sample(self, name):
        if name not in S:
            self.fail("this kernel has nothing of the kind")
        return S[name]

    def send(self, code, **options):
        return self.kc.execute(code, **options)

    def outputs(self, msg_id, timeout=15):
        """All iopub messages of a request up to its idle, without the two status messages."""
        messages = []
        while True:
            message = self.kc.get_iopub_msg(timeout=timeout)
            if message["parent_header"].get("msg_id") != msg_id:
                continue
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                return messages
            if message["msg_type"] != "status":
                messages.append(message)

    def reply(self, msg_id, timeout=15):
        end = time.time() + timeout
        while True:
            message = self.kc.get_shell_msg(timeout=max(0.1, end - time.time()))
            if message["parent_header"].get("msg_id") == msg_id:
                return message

    def run_cell(self, code, timeout=15, **options):
        msg_id = self.send(code, **options)
        messages = self.outputs(msg_id, timeout)
        return self.reply(msg_id)["content"], messages

    def result(self, messages):
        return [m["content"]["data"]["text/plain"] for m in messages if m["msg_type"] == "execute_result"]

    def text(self, messages, name="stdout"):
        return "".join(m["content"]["text"] for m in messages if m["msg_type"] == "stream" and m["content"]["name"] == name)

    def control(self, msg_type, content, timeout=5):
        message = self.kc.session.msg(msg_type, content)
        self.kc.control_channel.send(message)
        end = time.time() + timeout
        while True:
            answer = self.kc.control_channel.get_msg(timeout=max(0.1, end - time.time()))
            if answer["parent_header"].get("msg_id") == message["header"]["msg_id"]:
                return answer

    # -- completion and inspection

    def test_completion(self):
        for text, wanted in S["completions"]:
            msg_id = self.kc.complete(text)
            matches = self.reply(msg_id)["content"]["matches"]
            self.assertTrue(wanted <= set(matches), f"{wanted} not in {matches[:20]}")

    def test_x_complete_member(self):
        code, wanted = S["completion_member"]
        self.assertIn(wanted, " ".join(self.reply(self.kc.complete(code))["content"]["matches"]))

    def test_x_complete_typed(self):
        code, wanted = self.sample("completion_typed")
        content = self.reply(self.kc.complete(code))["content"]
        self.assertIn(wanted, content["matches"])

    def test_x_inspect_docs(self):
        code, wanted = S["inspect_docs"]
        content = self.reply(self.kc.inspect(code))["content"]
        self.assertTrue(content["found"])
        self.assertIn(wanted, content["data"]["text/plain"])

    # -- execution

    def test_x_state_persists(self):
        self.run_cell(S["set"])
        code, wanted = S["get"]
        _, messages = self.run_cell(code)
        self.assertIn(wanted, " ".join(self.result(messages)) + self.text(messages))

    def test_x_execute_input(self):
        msg_id = self.send(S["results"][0][0])
        inputs = [m for m in self.outputs(msg_id) if m["msg_type"] == "execute_input"]
        reply = self.reply(msg_id)["content"]
        self.assertEqual(len(inputs), 1)
        self.assertEqual(inputs[0]["content"]["code"], S["results"][0][0])
        self.assertEqual(inputs[0]["content"]["execution_count"], reply["execution_count"])

    def test_x_execution_count_increments(self):
        first, _ = self.run_cell("1")
        second, _ = self.run_cell("1")
        self.assertEqual(second["execution_count"], first["execution_count"] + 1)

    def test_x_silent_does_not_count(self):
        first, _ = self.run_cell("1")
        silent, messages = self.run_cell("1", silent=True)
        self.assertEqual([m["msg_type"] for m in messages], [])
        second, _ = self.run_cell("1")
        self.assertEqual(second["execution_count"], first["execution_count"] + 1)

    def test_x_store_history_false_does_not_count(self):
        first, _ = self.run_cell("1")
        self.run_cell("2", store_history=False)
        second, _ = self.run_cell("1")
        self.assertEqual(second["execution_count"], first["execution_count"] + 1)

    def test_x_status_busy_idle(self):
        msg_id = self.send("1")
        states = []
        while states[-1:] != ["idle"]:
            message = self.kc.get_iopub_msg(timeout=10)
            if message["parent_header"].get("msg_id") == msg_id and message["msg_type"] == "status":
                states.append(message["content"]["execution_state"])
        self.reply(msg_id)
        self.assertEqual(states, ["busy", "idle"])

    def test_x_user_expressions_or_payload_keys(self):
        reply, _ = self.run_cell("1", user_expressions={"sum": "20 + 22"})
        self.assertIn("payload", reply)
        self.assertEqual(reply["user_expressions"]["sum"]["data"]["text/plain"], "42")

    def test_x_multi_mime_bundle(self):
        _, messages = self.run_cell(self.sample("mime"))
        bundles = [m["content"]["data"] for m in messages if m["msg_type"] == "execute_result"]
        self.assertEqual(len(bundles), 1)
        self.assertTrue({"text/html", "text/plain"} <= set(bundles[0]))

    def test_x_update_display_live(self):
        msg_id = self.send(self.sample("update"))
        times = {}
        while True:
            message = self.kc.get_iopub_msg(timeout=10)
            if message["parent_header"].get("msg_id") != msg_id:
                continue
            times.setdefault(message["msg_type"], time.time())
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                break
        self.reply(msg_id)
        self.assertGreater(times["update_display_data"] - times["display_data"], 0.1)

    def test_x_output_live_in_sync_code(self):
        begin = time.time()
        msg_id = self.send(S["sync_output"])
        while True:
            message = self.kc.get_iopub_msg(timeout=10)
            if message["msg_type"] == "stream" and message["parent_header"].get("msg_id") == msg_id:
                break
        self.assertLess(time.time() - begin, 1.2)
        self.outputs(msg_id)
        self.reply(msg_id)

    # -- errors

    def assert_error(self, code, name):
        reply, messages = self.run_cell(code)
        errors = [m["content"] for m in messages if m["msg_type"] == "error"]
        self.assertEqual(reply["status"], "error")
        self.assertEqual(len(errors), 1)
        for key in ("ename", "evalue", "traceback"):
            self.assertEqual(errors[0][key], reply[key])
        self.assertIsInstance(reply["traceback"], list)
        if name:
            self.assertEqual(reply["ename"], name)
        return reply

    def test_x_error_runtime(self):
        reply = self.assert_error(S["runtime_error"], S["runtime_error_name"])
        self.assertIn("conf_inner", "\n".join(reply["traceback"]))

    def test_x_error_async(self):
        self.assert_error(S["async_error"], S["async_error_name"])

    def test_x_error_compile(self):
        self.assert_error(S["compile_error"], None)

    def test_x_run_right_after_error(self):
        self.run_cell(S["error"])
        reply, messages = self.run_cell(S["hello"])
        self.assertEqual(reply["status"], "ok")
        self.assertIn("hello, world", self.text(messages))

    def test_x_error_aborts_queue(self):
        sent = [self.send(S["sleep"]), self.send(S["error"]), self.send(S["hello"]), self.send("1")]
        for msg_id in sent:
            self.outputs(msg_id)
        statuses = [self.reply(msg_id)["content"]["status"] for msg_id in sent]
        self.assertEqual(statuses, ["ok", "error", "aborted", "aborted"])

    def test_x_stop_on_error_false_runs_on(self):
        sent = [self.send(S["error"], stop_on_error=False), self.send("1")]
        for msg_id in sent:
            self.outputs(msg_id)
        self.assertEqual([self.reply(msg_id)["content"]["status"] for msg_id in sent], ["error", "ok"])

    # -- the rest of the protocol

    def test_x_kernel_info_language_version(self):
        content = self.reply(self.kc.kernel_info())["content"]
        self.assertEqual(content["status"], "ok")
        self.assertRegex(content["language_info"]["version"], r"^\d+\.\d+")
        self.assertNotEqual(content["language_info"]["version"], "3.7.2")
        self.assertTrue(content["protocol_version"].startswith("5."))

    def test_x_history_reply(self):
        self.run_cell(S["hello"])
        content = self.reply(self.kc.history(hist_access_type="tail", n=1))["content"]
        self.assertEqual(content["history"][-1][2], S["hello"])

    def test_x_comm_info(self):
        content = self.reply(self.kc.comm_info())["content"]
        self.assertEqual(content["status"], "ok")
        self.assertIsInstance(content["comms"], dict)

    def test_x_stdin_input(self):
        msg_id = self.send(self.sample("input"), allow_stdin=True)
        self.assertEqual(self.kc.get_stdin_msg(timeout=5)["content"]["prompt"], "name? ")
        self.kc.input("Lamport")
        self.assertIn("Lamport", " ".join(self.result(self.outputs(msg_id))))
        self.reply(msg_id)

    def test_x_no_stdin_when_disallowed(self):
        if "input" not in S:
            return
        reply, _ = self.run_cell(S["input"], allow_stdin=False)
        self.assertNotIn("Lamport", json.dumps(reply))

    def test_y_comm_open_echo(self):
        self.run_cell(self.sample("echo_target"))
        message = self.kc.session.msg("comm_open", {"comm_id": "c1", "target_name": "echo", "data": {"n": 1}})
        self.kc.shell_channel.send(message)
        self.assertEqual(self.comm_answer(), {"got": {"n": 1}})
        self.assertIn("c1", self.reply(self.kc.comm_info("echo"))["content"]["comms"])
        self.kc.shell_channel.send(self.kc.session.msg("comm_msg", {"comm_id": "c1", "data": {"n": 2}}))
        self.assertEqual(self.comm_answer(), {"got": {"n": 2}})

    def comm_answer(self):
        while True:
            message = self.kc.get_iopub_msg(timeout=5)
            if message["msg_type"] == "comm_msg":
                return message["content"]["data"]

    def test_y_unknown_comm_target_is_closed(self):
        self.kc.shell_channel.send(self.kc.session.msg("comm_open", {"comm_id": "c9", "target_name": "nobody", "data": {}}))
        while True:
            message = self.kc.get_iopub_msg(timeout=5)
            if message["msg_type"] == "comm_close":
                return self.assertEqual(message["content"]["comm_id"], "c9")

    # -- a busy kernel

    def interrupted(self, code, wait=0.7):
        msg_id = self.send(code)
        time.sleep(wait)
        begin = time.time()
        self.km.interrupt_kernel()
        self.outputs(msg_id, timeout=6)
        self.assertEqual(self.reply(msg_id)["content"]["status"], "error")
        self.assertLess(time.time() - begin, 5)
        time.sleep(0.3)  # stock tslab refuses cells for a while after an error, which is another check
        _, messages = self.run_cell(S["results"][0][0])
        self.assertIn("42", " ".join(self.result(messages)) + self.text(messages))

    def test_y_interrupt_sync_loop(self):
        self.interrupted(S["loop"])

    def test_y_interrupt_sync_loop_in_function(self):
        self.interrupted(S["loop_in_function"])

    def test_y_interrupt_sync_loop_after_await(self):
        self.interrupted(S["loop_after_await"])

    def test_y_interrupt_async_loop(self):
        self.interrupted(S["loop_async"])

    def test_y_heartbeat_in_sync_loop(self):
        msg_id = self.send(S["busy"])
        time.sleep(0.5)
        self.kc.hb_channel.unpause()
        end = time.time() + 2
        while time.time() < end:
            self.assertTrue(self.kc.hb_channel.is_beating())
            time.sleep(0.2)
        self.outputs(msg_id)
        self.reply(msg_id)

    def test_y_control_answers_in_sync_loop(self):
        msg_id = self.send(S["busy"])
        time.sleep(0.5)
        begin = time.time()
        self.assertEqual(self.control("kernel_info_request", {})["msg_type"], "kernel_info_reply")
        self.assertLess(time.time() - begin, 1)
        self.outputs(msg_id)
        self.reply(msg_id)


class LifeAndDeath(unittest.TestCase):
    """Each of these starts a kernel of its own, because it ends it."""

    def setUp(self):
        self.km, self.kc = start_new_kernel(kernel_name=KERNEL)

    def tearDown(self):
        self.kc.stop_channels()
        self.km.shutdown_kernel(now=True)

    def is_dead_within(self, seconds):
        end = time.time() + seconds
        while time.time() < end:
            if not self.km.is_alive():
                return True
            time.sleep(0.05)
        return False

    def shutdown_request(self):
        message = self.kc.session.msg("shutdown_request", {"restart": False})
        self.kc.control_channel.send(message)

    def test_y_shutdown_reply_on_control(self):
        self.shutdown_request()
        reply = self.kc.control_channel.get_msg(timeout=5)
        self.assertEqual(reply["msg_type"], "shutdown_reply")
        self.assertEqual(reply["content"]["status"], "ok")
        self.assertTrue(self.is_dead_within(5))

    def test_y_shutdown_while_busy(self):
        self.kc.execute(S["loop"])
        time.sleep(0.7)
        self.shutdown_request()
        self.assertTrue(self.is_dead_within(5))

    def test_y_restart(self):
        self.kc.execute(S["set"], reply=True, timeout=15)
        self.km.restart_kernel()
        self.kc.wait_for_ready(timeout=30)
        reply = self.kc.execute(S["get"][0], reply=True, timeout=15)
        self.assertEqual(reply["content"]["status"], "error")


def table():
    """Every check against every kernel that is installed here, as a Markdown table."""
    installed = [name for name in SAMPLES if name in KernelSpecManager().find_kernel_specs()]
    results = {name: outcomes(name) for name in installed}
    checks = sorted({check for found in results.values() for check in found})
    print(f"| check | {' | '.join(installed)} |\n|---{'|---' * len(installed)}|")
    for check in checks:
        print(f"| {check} | {' | '.join(results[name].get(check, '–') for name in installed)} |")
    for outcome in ("pass", "FAIL", "skip"):
        print(f"| **{outcome}** | {' | '.join(str(list(results[n].values()).count(outcome)) for n in installed)} |")


def outcomes(kernel):
    """What became of each check, from a process of its own: its kernel may write where it likes."""
    done = subprocess.run([sys.executable, __file__, "--json"], env={**os.environ, "DISTLAB_KERNEL": kernel},
                          capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


class Outcomes(unittest.TestResult):
    def __init__(self):
        super().__init__()
        self.found = {}

    def startTest(self, test):
        super().startTest(test)
        self.found[name(test)] = "pass"

    def stopTest(self, test):
        for verdict, tests in (("skip", self.skipped), ("FAIL", self.failures + self.errors)):
            if any(name(getattr(failed, "test_case", failed)) == name(test) for failed, _ in tests):
                self.found[name(test)] = verdict
        super().stopTest(test)


def name(test):
    return test.id().split(".")[-1]


if __name__ == "__main__":
    if sys.argv[1:] == ["--table"]:
        table()
    elif sys.argv[1:] == ["--json"]:
        result = Outcomes()
        unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"]).run(result)
        print(json.dumps(result.found))
    else:
        unittest.main()
