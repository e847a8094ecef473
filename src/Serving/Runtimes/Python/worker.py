"""A worker of Slipway's "python" runtime: loads one model and answers one request after the other over a socket.

python3 worker.py SOCKET. Needs the standard library only; numpy, pandas and mlflow are used when they are there.

Frames are little endian. A request: the lengths of its head and of its body (four bytes each), the number of its rows (four; -1: the body is the
script's own to read), the time of the steady clock in nanoseconds after which it must not be begun (eight), head, body. The head of rows is the JSON of the
outputs that are known, [[name, datatype]]; that of another body the JSON of method, path and headers, where the script reads them. An answer: the lengths of its head and of its
body, a status (four; below), head, body. The head of rows says what the outputs are (describe), that of a body the JSON of its headers (none: JSON), that of a failure why.
The first request's head is what to load.
"""
import functools
import gc
import importlib
import importlib.util
import json
import os
import select
import signal
import socket
import struct
import sys
import threading
import time
import traceback
import types

CODES = {
    "BOOL": "?", "INT8": "b", "INT16": "h", "INT32": "i", "INT64": "q", "UINT8": "B", "UINT16": "H", "UINT32": "I",
    "UINT64": "Q", "FP16": "e", "BF16": "H", "FP32": "f", "FP64": "d",
}


REQUEST, ANSWER = struct.Struct("<IIiq"), struct.Struct("<IIi")
# Statuses but for those of HTTP. A model that reads heads says so when it is loaded.
DONE, READS_HEADS, FAILED, NOT_BEGUN = 0, 1, -1, -2


@functools.lru_cache(maxsize=None)
def optional(name):
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


class Refusal(Exception):
    """Told to the client as it is."""


class Frames:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.file = self.socket.makefile("rb", buffering=1 << 16)

    def read(self):
        start = self.file.read(REQUEST.size)
        if len(start) < REQUEST.size:
            return None
        head, body, rows, until = REQUEST.unpack(start)
        return self.file.read(head), self.file.read(body), rows, until

    def write(self, status, head=b"", body=b""):
        self.socket.sendall(b"".join((ANSWER.pack(len(head), len(body), status), head, body)))


class AMLRequest:
    def __init__(self, method, path, headers, body):
        self.method, self.path, self.headers, self.data = method, path, headers, body

    def get_data(self, as_text=False):
        return self.data.decode() if as_text else self.data

    @property
    def json(self):
        return json.loads(self.data)


class AMLResponse:
    def __init__(self, message, status_code, response_headers=None, json_str=False):
        self.message, self.status_code, self.headers, self.json_str = message, status_code, response_headers or {}, json_str


def rawhttp(function):
    def run(*arguments, **named):
        return function(*arguments, **named)
    run.takes_request = True
    return run


def provide_azureml():
    """Scripts import these names from azureml-contrib-services; without that package they get ours."""
    if optional("azureml.contrib.services"):
        return
    for name in ("azureml", "azureml.contrib", "azureml.contrib.services"):
        if name not in sys.modules:
            sys.modules[name] = types.ModuleType(name)
            sys.modules[name].__path__ = []
    request = types.ModuleType("azureml.contrib.services.aml_request")
    request.AMLRequest, request.rawhttp = AMLRequest, rawhttp
    response = types.ModuleType("azureml.contrib.services.aml_response")
    response.AMLResponse = AMLResponse
    sys.modules[request.__name__], sys.modules[response.__name__] = request, response


def plain(value):
    """What json cannot write, such as numpy's values."""
    for name in ("tolist", "item", "isoformat"):
        if hasattr(value, name):
            return getattr(value, name)()
    raise TypeError(f"run() returned a {type(value).__name__}, which JSON has no word for")


to_json = json.JSONEncoder(default=plain).encode


class Script:
    """Azure ML's contract: init() once, run(raw_data) for each request."""

    def __init__(self, spec):
        provide_azureml()
        sys.path.insert(0, os.path.dirname(spec["script"]))
        found = importlib.util.spec_from_file_location("score", spec["script"])
        module = importlib.util.module_from_spec(found)
        sys.modules["score"] = module
        found.loader.exec_module(module)
        if not callable(getattr(module, "run", None)):
            raise Refusal("it has no function run(raw_data)")
        if callable(getattr(module, "init", None)):
            module.init()
        self.run = module.run
        self.reads_heads = getattr(self.run, "takes_request", False)

    def answer(self, head, body):
        if self.reads_heads:
            head = json.loads(head)
            result = self.run(AMLRequest(head["method"], head["path"], head["headers"], body))
        else:
            result = self.run(body.decode())
        if hasattr(result, "status_code"):
            message = getattr(result, "message", None)
            if message is None:
                message = result.get_data()
            raw = isinstance(message, (str, bytes)) and not getattr(result, "json_str", False)
            data = message if raw else to_json(message)
            headers = {str(name): str(value) for name, value in dict(getattr(result, "headers", {})).items()}
            if not raw and not any(name.lower() == "content-type" for name in headers):
                headers["Content-Type"] = "application/json"
            return int(result.status_code), json.dumps(headers).encode(), data.encode() if isinstance(data, str) else data
        return 200, b"", to_json(result).encode()

    def predict(self, columns, rows):
        data = [[column[row] for column in columns.values()] for row in range(rows)]
        table = {"input_data": {"columns": list(columns), "index": list(range(rows)), "data": data}}
        result = self.run(json.dumps(table))
        return json.loads(result) if isinstance(result, str) else result


class Pyfunc:
    """An MLflow model with the flavour python_function."""

    reads_heads = False

    def __init__(self, spec):
        self.model = self.load(spec["folder"], spec["flavors"])

    @staticmethod
    def load(folder, flavors):
        mlflow = optional("mlflow.pyfunc")
        if mlflow:
            return mlflow.load_model(folder)
        flavor = flavors["python_function"]
        if flavor.get("code"):
            sys.path.insert(0, os.path.join(folder, flavor["code"]))
        data = os.path.join(folder, flavor["data"]) if flavor.get("data") else folder
        pickled = flavor.get("model_path") or flavors.get("sklearn", {}).get("pickled_model")
        if flavor["loader_module"] == "mlflow.sklearn" and pickled:
            return Pyfunc.unpickle(os.path.join(folder, pickled), flavors.get("sklearn", {}).get("serialization_format"))
        if flavor["loader_module"].split(".")[0] == "mlflow":
            raise Refusal(f"its loader {flavor['loader_module']} needs the package mlflow, which is not installed")
        return importlib.import_module(flavor["loader_module"])._load_pyfunc(data)

    @staticmethod
    def unpickle(path, form):
        loader = optional(form) if form in ("cloudpickle", "joblib") else None
        with open(path, "rb") as file:
            return (loader or importlib.import_module("pickle")).load(file)

    def predict(self, columns, rows):
        pandas, numpy = optional("pandas"), optional("numpy")
        if pandas:
            return self.model.predict(pandas.DataFrame(columns))
        table = [[column[row] for column in columns.values()] for row in range(rows)]
        if numpy and not any(isinstance(value, str) for value in table[0]):
            return self.model.predict(numpy.array(table, dtype=float).reshape(rows, -1))
        return self.model.predict(table)


def read_columns(inputs, rows, body):
    columns, at = {}, 0
    for tensor in inputs:
        width, count = tensor["row_length"], rows * tensor["row_length"]
        if tensor["datatype"] == "BYTES":
            values = []
            for _ in range(count):
                length, = struct.unpack_from("<I", body, at)
                values.append(body[at + 4:at + 4 + length].decode())
                at += 4 + length
        else:
            form = f"<{count}{CODES[tensor['datatype']]}"
            values = list(struct.unpack_from(form, body, at))
            at += struct.calcsize(form)
            if tensor["datatype"] == "BF16":
                values = [struct.unpack("<f", struct.pack("<HH", 0, bits))[0] for bits in values]
        columns[tensor["name"]] = values if width == 1 else [values[i:i + width] for i in range(0, count, width)]
    return columns


def as_columns(result, names):
    """Predictions by output: a table's columns, or the one list."""
    if hasattr(result, "to_dict") and hasattr(result, "columns"):
        return {str(name): result[name].tolist() for name in result.columns}
    if hasattr(result, "tolist"):
        result = result.tolist()
    if isinstance(result, dict):
        result = result.get("predictions", result)
    if isinstance(result, dict):
        return {str(name): values.tolist() if hasattr(values, "tolist") else list(values) for name, values in result.items()}
    result = list(result) if isinstance(result, (list, tuple)) else [result]
    if result and isinstance(result[0], dict):
        return {str(name): [row[name] for row in result] for name in result[0]}
    return {names[0] if names else "predictions": result}


def flatten(value, depth, dims, into):
    if isinstance(value, (list, tuple)):
        if len(dims) == depth:
            dims.append(len(value))
        if dims[depth] != len(value):
            raise Refusal("its answer is ragged: lists of different lengths")
        for part in value:
            flatten(part, depth + 1, dims, into)
    else:
        into.append(value.item() if hasattr(value, "item") else value)


def type_of(values):
    kinds = {type(value) for value in values if value is not None}
    if kinds == {bool}:
        return "BOOL"
    if kinds and kinds <= {int, bool} and None not in values:
        return "INT64"
    return "FP64" if kinds <= {int, float, bool} else "BYTES"


def upper_half(value):
    """The nearest bfloat16; of two that are as near the even one."""
    if value != value:
        return 0x7FC0
    bits, = struct.unpack("<I", struct.pack("<f", value))
    return (bits + 0x7FFF + (bits >> 16 & 1)) >> 16


def encode(values, datatype):
    if datatype == "BYTES":
        texts = ["" if value is None else str(value) for value in values]
        return b"".join(struct.pack("<I", len(text)) + text for text in (text.encode() for text in texts))
    if datatype.startswith("FP"):
        values = [float("nan") if value is None else float(value) for value in values]
    elif datatype == "BF16":
        values = [upper_half(float("nan") if value is None else float(value)) for value in values]
    elif datatype != "BOOL":
        values = [int(value) for value in values]
    return struct.pack(f"<{len(values)}{CODES[datatype]}", *values)


@functools.lru_cache(maxsize=8)
def wanted(head):
    return dict(json.loads(head))


def describe(name, datatype, dims, size):
    name, datatype = name.encode(), datatype.encode()
    return struct.pack(f"<H{len(name)}sH{len(datatype)}sB{len(dims)}II", len(name), name, len(datatype), datatype, len(dims), *dims, size)


def predict(model, spec, head, rows, body):
    known = wanted(head)
    columns = as_columns(model.predict(read_columns(spec["inputs"], rows, body), rows), list(known))
    tensors, parts = [], []
    for name in known or columns:
        if name not in columns:
            raise Refusal(f"its answer has no '{name}'; it has {', '.join(columns)}")
        dims, values = [], []
        flatten(columns[name], 0, dims, values)
        if dims[0] != rows:
            raise Refusal(f"it answered {dims[0]} predictions to {rows} rows")
        datatype = known.get(name) or type_of(values)
        parts.append(encode(values, datatype))
        tensors.append(describe(name, datatype, dims, len(parts[-1])))
    return DONE, b"".join(tensors), b"".join(parts)


def end_with_server(connection):
    """A server that was killed takes its workers with it, whatever they are busy with."""
    poll = select.poll()
    poll.register(connection, select.POLLRDHUP)
    poll.poll()
    os.killpg(0, signal.SIGKILL)


def limit_memory(megabytes):
    if megabytes:
        import resource
        resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))


def tell(error):
    if isinstance(error, Refusal):
        return str(error).encode(errors="replace")
    traceback.print_exception(error)
    return f"{type(error).__name__}: {str(error)[:2000]}".encode(errors="replace")


def main():
    frames = Frames(sys.argv[1])
    me = os.getpid()
    threading.Thread(target=end_with_server, args=[frames.socket], daemon=True).start()
    try:
        spec = json.loads(frames.read()[0])
        limit_memory(spec["memory_mb"])
        model = Script(spec) if "script" in spec else Pyfunc(spec)
    except BaseException as error:
        frames.write(FAILED, tell(error))
        return
    # What is loaded stays; the collector need not look at it again and again.
    gc.collect()
    gc.freeze()
    frames.write(READS_HEADS if model.reads_heads else DONE)
    while request := frames.read():
        head, body, rows, until = request
        try:
            if time.monotonic_ns() > until:
                answer = (NOT_BEGUN,)
            else:
                answer = predict(model, spec, head, rows, body) if rows >= 0 else model.answer(head, body)
        except BaseException as error:
            answer = FAILED, tell(error)
        if os.getpid() != me:
            # A child that the script forked and forgot must not answer in its parent's place.
            os._exit(0)
        frames.write(*answer)


main()
