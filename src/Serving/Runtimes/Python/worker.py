"""A worker of Slipway's "python" runtime: loads one model and answers one request after the other over a socket.

python3 worker.py SOCKET. Needs the standard library only; numpy, pandas and mlflow are used when they are there.

Frames are little endian. A request: the lengths of its head and of its body (four bytes each), the number of its rows (four; -1: the body is the
script's own to read), the time of the steady clock in nanoseconds after which it must not be begun (eight), head, body. The head of rows is the JSON of the
outputs that are known, [[name, datatype]], and behind them of the request's parameters, ["", parameters], where it has some; that of another body the JSON of method, path and headers, where the script reads them. An answer: the lengths of its head and of its
body, a status (four; below), head, body. The head of rows says what the outputs are (describe), that of a body the JSON of its headers (none: JSON), that of a failure why.
The first request's head is what to load.
"""
import functools
import gc
import importlib
import importlib.util
import inspect
import io
import json
import logging
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
import uuid
from email import message_from_string
from urllib.parse import parse_qsl

CODES = {
    "BOOL": "?", "INT8": "b", "INT16": "h", "INT32": "i", "INT64": "q", "UINT8": "B", "UINT16": "H", "UINT32": "I",
    "UINT64": "Q", "FP16": "e", "BF16": "H", "FP32": "f", "FP64": "d",
}

# As numpy and pandas call them; of BF16 they have none.
TYPES = {
    "BOOL": "bool", "INT8": "int8", "INT16": "int16", "INT32": "int32", "INT64": "int64", "UINT8": "uint8", "UINT16": "uint16", "UINT32": "uint32",
    "UINT64": "uint64", "FP16": "float16", "BF16": "float32", "FP32": "float32", "FP64": "float64", "BYTES": "object",
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


class Headers(dict):
    """Names in any spelling."""

    def __init__(self, pairs=()):
        super().__init__()
        for name, value in dict(pairs).items():
            self[name] = value

    def __setitem__(self, name, value):
        super().__setitem__(name.title(), value)

    def __getitem__(self, name):
        return super().__getitem__(name.title())

    def __contains__(self, name):
        return super().__contains__(name.title())

    def get(self, name, default=None):
        return super().get(name.title(), default)

    def add(self, name, value):
        self[name] = f"{self[name]}, {value}" if name in self else value


class Values(dict):
    """The first value of each name; all of them by getlist."""

    def __init__(self, pairs=()):
        self.lists = {}
        for name, value in pairs:
            self.lists.setdefault(name, []).append(value)
        super().__init__((name, values[0]) for name, values in self.lists.items())

    def getlist(self, name):
        return self.lists.get(name, [])


class UploadedFile(io.BytesIO):
    def __init__(self, name, filename, content_type, data):
        super().__init__(data)
        self.name, self.filename, self.content_type, self.mimetype = name, filename, content_type, content_type.split(";")[0]

    def save(self, path):
        with open(path, "wb") as file:
            file.write(self.getvalue())


class AMLRequest:
    """As much of Flask's request as scripts ask for."""

    def __init__(self, method, path, headers, body):
        self.method, self.headers, self.data = method, Headers(headers), body
        self.path, _, query = path.partition("?")
        self.full_path, self.query_string = f"{self.path}?{query}", query.encode()
        self.args = Values(parse_qsl(query, keep_blank_values=True))
        self.content_type = self.headers.get("Content-Type")
        self.mimetype = (self.content_type or "").split(";")[0].strip().lower()
        self.content_length = len(body)
        self.host = self.headers.get("Host", "")
        self.base_url = f"http://{self.host}{self.path}"
        self.url = f"{self.base_url}?{query}" if query else self.base_url

    def get_data(self, cache=True, as_text=False, parse_form_data=False):
        return self.data.decode() if as_text else self.data

    @property
    def is_json(self):
        return self.mimetype == "application/json" or self.mimetype.endswith("+json")

    def get_json(self, force=False, silent=False, cache=True):
        try:
            return json.loads(self.data)
        except ValueError:
            if silent:
                return None
            raise

    @property
    def json(self):
        return self.get_json()

    @functools.cached_property
    def parts(self):
        """Of multipart/form-data: each part's headers and its bytes."""
        of = self.content_type and message_from_string(f"Content-Type: {self.content_type}\n\n")
        boundary = of and of.get_content_type() == "multipart/form-data" and of.get_boundary()
        found = []
        for part in (b"\r\n" + self.data).split(b"\r\n--" + boundary.encode())[1:] if boundary else ():
            if part.startswith(b"--"):
                break
            head, _, data = part.partition(b"\r\n\r\n")
            found.append((message_from_string(head.decode().lstrip()), data))
        return found

    @property
    def files(self):
        return Values(
            (name, UploadedFile(name, head.get_filename(), head.get_content_type(), data))
            for head, data in self.parts if head.get_filename() is not None and (name := head.get_param("name", header="content-disposition")))

    @property
    def form(self):
        if self.mimetype == "application/x-www-form-urlencoded":
            return Values(parse_qsl(self.data.decode(), keep_blank_values=True))
        return Values(
            (name, data.decode())
            for head, data in self.parts if head.get_filename() is None and (name := head.get_param("name", header="content-disposition")))


class AMLResponse:
    def __init__(self, message, status_code, response_headers=None, json_str=False, run_function_failed=False):
        json_str = json_str or message is None
        self.message, self.status_code, self.json_str = {} if message is None else message, status_code, json_str
        self.headers = Headers(response_headers or {})
        if json_str and "Content-Type" not in self.headers:
            self.headers["Content-Type"] = "application/json"


def rawhttp(function):
    @functools.wraps(function)
    def run(*arguments, **named):
        return function(*arguments, **named)
    run.takes_request = True
    return run


# Under both names scripts import their requests.
REQUEST_PACKAGES = ("azureml.contrib.services", "azureml_inference_server_http.api")


class BasicCorrelationContext:
    def __init__(self, id=None, headers=None):
        self.id, self.headers = id or str(uuid.uuid4()), headers or {}


class Collector:
    """The endpoint keeps inputs and answers itself, by the model's signature: what a script collects is those, and is not kept twice."""

    told = set()

    def __init__(self, name, on_error=None):
        self.name = name

    def collect(self, data, correlation_context=None):
        if self.name not in self.told:
            self.told.add(self.name)
            print(f"Collector '{self.name}': the endpoint itself keeps inputs and answers, where the model has a signature; what the script collects is not kept beside them.", flush=True)
        return correlation_context or BasicCorrelationContext()


def provide(name, **members):
    """A module of Azure ML's that scripts import; where its package is not installed, they get ours."""
    if optional(name):
        return
    parts = name.split(".")
    for end in range(1, len(parts) + 1):
        part = ".".join(parts[:end])
        if part not in sys.modules:
            sys.modules[part] = types.ModuleType(part)
            sys.modules[part].__path__ = []
    vars(sys.modules[name]).update(members)


def provide_azureml():
    for package in REQUEST_PACKAGES:
        provide(f"{package}.aml_request", AMLRequest=AMLRequest, rawhttp=rawhttp)
        provide(f"{package}.aml_response", AMLResponse=AMLResponse)
    provide("azureml.ai.monitoring", Collector=Collector)
    provide("azureml.ai.monitoring.context", BasicCorrelationContext=BasicCorrelationContext)


def wants_request(run):
    """Whether run() is under @rawhttp; that of Azure ML's own packages is remembered by their modules."""
    return getattr(run, "takes_request", False) or any(
        getattr(sys.modules.get(f"{package}.aml_request"), "_rawHttpRequested", False)
        for package in REQUEST_PACKAGES)


def wants_fields(run):
    """Whether run() is under @input_schema: then each of its parameters is a field of the body."""
    schemas = sys.modules.get("inference_schema.schema_util")
    return schemas is not None and schemas.is_schema_decorated(run)


def as_value(text):
    try:
        return json.loads(text)
    except ValueError:
        return text


def plain(value):
    """What json cannot write, such as numpy's values."""
    for name in ("tolist", "item", "isoformat"):
        if hasattr(value, name):
            return getattr(value, name)()
    raise TypeError(f"run() returned a {type(value).__name__}, which JSON has no word for")


strict, lenient = json.JSONEncoder(default=plain, allow_nan=False), json.JSONEncoder(default=plain)


def to_json(value):
    """JSON has no word for NaN and the infinities: they are null, as in every other answer."""
    try:
        return strict.encode(value)
    except ValueError:
        return strict.encode(json.loads(lenient.encode(value), parse_constant=lambda _: None))


class Script:
    """Azure ML's contract: init() once, run(raw_data) for each request."""

    def __init__(self, spec):
        provide_azureml()
        # As Azure ML's own server does; without it nothing below a warning is written.
        logging.basicConfig(level=os.environ.get("AZUREML_LOG_LEVEL", "INFO").upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s")
        sys.path[:0] = filter(None, (os.path.dirname(spec["script"]), os.environ.get("AML_APP_ROOT")))
        found = importlib.util.spec_from_file_location("score", spec["script"])
        module = importlib.util.module_from_spec(found)
        sys.modules["score"] = module
        found.loader.exec_module(module)
        if not callable(getattr(module, "run", None)):
            raise Refusal("it has no function run(raw_data)")
        if callable(getattr(module, "init", None)):
            module.init()
        self.run = module.run
        self.parameters = [
            parameter for parameter in inspect.signature(self.run).parameters.values()
            if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY)]
        self.takes_headers = any(parameter.name == "request_headers" for parameter in self.parameters)
        self.takes_request, self.takes_fields = wants_request(self.run), wants_fields(self.run)
        self.reads_heads = self.takes_request or self.takes_headers

    def answer(self, head, body):
        request = AMLRequest(body=body, **json.loads(head)) if head else None
        if request and request.method == "OPTIONS" and not self.takes_request:
            return 200, b"{}", b""
        result = self.call(self.said(request, body), request)
        if not hasattr(result, "status_code"):
            return 200, b"", to_json(result).encode()
        message = result.message if hasattr(result, "message") else result.get_data()
        raw = isinstance(message, (str, bytes)) and not getattr(result, "json_str", False)
        data = message if raw else to_json(message)
        headers = {str(name): str(value) for name, value in dict(result.headers).items()}
        return int(result.status_code), json.dumps(headers).encode(), data.encode() if isinstance(data, str) else data

    def said(self, request, body):
        """What run() gets: the request, the text of the body, or its fields; of GET what the query says."""
        if self.takes_request:
            return request
        if request and request.method == "GET":
            query = {name: as_value(values[0]) if len(values) == 1 else [as_value(value) for value in values] for name, values in request.args.lists.items()}
            return query if self.takes_fields else json.dumps(query)
        return self.fields(body) if self.takes_fields else body.decode()

    def call(self, said, request=None):
        named = {"request_headers": dict(request.headers) if request else {}} if self.takes_headers else {}
        if not self.takes_fields:
            return self.run(said, **named)
        for parameter in self.parameters:
            if parameter.name == "request_headers":
                continue
            if parameter.name in said:
                named[parameter.name] = said[parameter.name]
            elif parameter.default is parameter.empty:
                raise Refusal(f"the body has no '{parameter.name}'; it has {', '.join(said) or 'nothing'}")
        return self.run(**named)

    @staticmethod
    def fields(body):
        try:
            fields = json.loads(body)
        except ValueError as error:
            raise Refusal(f"the body is not JSON that can be read: {error}") from None
        if not isinstance(fields, dict):
            raise Refusal("the body is not an object with the parameters of run()")
        return fields

    def predict(self, columns, rows, parameters=None):
        data = [[column[row] for column in columns.values()] for row in range(rows)]
        table = {"input_data": {"columns": list(columns), "index": list(range(rows)), "data": data}}
        if parameters is not None:
            table["params"] = parameters
        result = self.call(table if self.takes_fields else json.dumps(table))
        return json.loads(result) if isinstance(result, str) else result


class Pyfunc:
    """An MLflow model with the flavour python_function."""

    reads_heads = False

    def __init__(self, spec):
        self.model = self.load(spec["folder"], spec["flavors"])
        self.types = {tensor["name"]: TYPES[tensor["datatype"]] for tensor in spec["inputs"]}
        self.wide = [tensor["name"] for tensor in spec["inputs"] if tensor["row_length"] > 1]
        self.takes_parameters = "params" in inspect.signature(self.model.predict).parameters

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

    def predict(self, columns, rows, parameters=None):
        named = {} if parameters is None or not self.takes_parameters else {"params": parameters}
        return self.model.predict(self.table(columns, rows), **named)

    def table(self, columns, rows):
        """A frame of the signature's own types: mlflow makes no number narrower. A pickle of a model takes its one tensor as an array."""
        pandas, numpy = optional("pandas"), optional("numpy")
        if numpy and self.wide == list(columns) and len(columns) == 1 and not optional("mlflow.pyfunc"):
            return numpy.array(columns[self.wide[0]], dtype=self.types[self.wide[0]])
        if pandas:
            return pandas.DataFrame({
                name: values if name in self.wide else pandas.Series(values, dtype=self.types[name]) for name, values in columns.items()})
        table = [[column[row] for column in columns.values()] for row in range(rows)]
        if numpy and not any(isinstance(value, str) for value in table[0]):
            return numpy.array(table, dtype=float).reshape(rows, -1)
        return table


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
    parameters = known.get("")
    if parameters is not None:
        known = {name: datatype for name, datatype in known.items() if name}
    columns = as_columns(model.predict(read_columns(spec["inputs"], rows, body), rows, parameters), list(known))
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
