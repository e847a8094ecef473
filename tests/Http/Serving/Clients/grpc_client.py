"""A gRPC client that knows no generated code: it asks the server's reflection for its files and calls by name.

python3 grpc_client.py TARGET [ROOT_CERTIFICATE]: prints one line of JSON for each check; the test compares them.
"""
import json
import struct
import sys

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

if len(sys.argv) > 2:
    channel = grpc.secure_channel(sys.argv[1], grpc.ssl_channel_credentials(open(sys.argv[2], "rb").read()))
else:
    channel = grpc.insecure_channel(sys.argv[1])
pool = descriptor_pool.DescriptorPool()


def get_class(name):
    descriptor = pool.FindMessageTypeByName(name)
    if hasattr(message_factory, "GetMessageClass"):
        return message_factory.GetMessageClass(descriptor)
    return message_factory.MessageFactory(pool).GetPrototype(descriptor)


def varint(field, wire, value):
    return bytes([field << 3 | wire]) + value


def reflect(version, symbol):
    """Reflection by hand: field 4 asks for the file of a symbol; field 4 of the answer has the files in field 1."""
    call = channel.stream_stream(f"/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo")
    request = varint(4, 2, bytes([len(symbol)]) + symbol.encode())
    answer = next(iter(call(iter([request]))))
    at, found = 0, []

    def read_varint(data, at):
        value, shift = 0, 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value, at

    def fields(data):
        at = 0
        while at < len(data):
            tag, at = read_varint(data, at)
            length, at = read_varint(data, at)
            yield tag >> 3, data[at:at + length]
            at += length

    for field, value in fields(answer):
        if field == 4:
            found += [inner for number, inner in fields(value) if number == 1]
    return found


for symbol in ("inference.GRPCInferenceService", "grpc.health.v1.Health"):
    for file in reflect("v1", symbol):
        pool.Add(descriptor_pb2.FileDescriptorProto.FromString(file))


def show(name, value):
    print(json.dumps({"check": name, "value": value}, sort_keys=True))


def call(method, request, **options):
    service, name = method.rsplit("/", 1)
    descriptor = pool.FindServiceByName(service).FindMethodByName(name)
    stub = channel.unary_unary(
        f"/{service}/{name}",
        request_serializer=lambda message: message.SerializeToString(),
        response_deserializer=get_class(descriptor.output_type.full_name).FromString,
    )
    message = json_format.ParseDict(request, get_class(descriptor.input_type.full_name)()) if isinstance(request, dict) else request
    return stub(message, **options)


def as_dict(message):
    return json_format.MessageToDict(message, preserving_proto_field_name=True)


def refused(name, method, request, **options):
    try:
        call(method, request, **options)
        show(name, "answered")
    except grpc.RpcError as error:
        show(name, [error.code().name, error.details()])


INFER = "inference.GRPCInferenceService"


def counted():
    return int(call(f"{INFER}/ModelStatistics", {"name": "late", "version": "1"}).model_stats[0].inference_count)


# The server has answered others before.
counted_before = counted()
TENSORS = [
    {"name": "carrier", "datatype": "BYTES", "shape": [2, 1]},
    {"name": "distance", "datatype": "FP32", "shape": [2, 1]},
]


def raw_request():
    request = json_format.ParseDict({"model_name": "late", "id": "raw", "inputs": TENSORS}, get_class("inference.ModelInferRequest")())
    request.raw_input_contents.append(b"\x02\x00\x00\x00AA\x02\x00\x00\x00UA")
    request.raw_input_contents.append(struct.pack("<2f", 100, 900))
    return request


def typed_request(identity="typed"):
    request = json_format.ParseDict({"model_name": "late", "id": identity, "inputs": TENSORS}, get_class("inference.ModelInferRequest")())
    request.inputs[0].contents.bytes_contents.extend([b"AA", b"UA"])
    request.inputs[1].contents.fp32_contents.extend([100, 900])
    return request


show("v1alpha", len(reflect("v1alpha", "inference.ModelInferRequest")))
show("health", as_dict(call("grpc.health.v1.Health/Check", {})))
refused("health of nothing", "grpc.health.v1.Health/Check", {"service": "nothing"})
show("live", as_dict(call(f"{INFER}/ServerLive", {})))
show("ready", as_dict(call(f"{INFER}/ServerReady", {})))
show("model ready", as_dict(call(f"{INFER}/ModelReady", {"name": "late"})))
show("server", as_dict(call(f"{INFER}/ServerMetadata", {}))["name"])
show("model", as_dict(call(f"{INFER}/ModelMetadata", {"name": "late"})))
show("index", as_dict(call(f"{INFER}/RepositoryIndex", {})))

raw = call(f"{INFER}/ModelInfer", raw_request())
show("raw", [raw.id, raw.model_version, list(struct.unpack("<2q", raw.raw_output_contents[0])), list(struct.unpack("<4f", raw.raw_output_contents[1]))])
typed = call(f"{INFER}/ModelInfer", typed_request())
show("typed", [list(typed.outputs[0].contents.int64_contents), list(typed.outputs[1].contents.fp32_contents), list(typed.outputs[1].shape)])
classes = typed_request()
classes.outputs.add(name="probabilities").parameters["classification"].int64_param = 1
classes = call(f"{INFER}/ModelInfer", classes)
show("classes", [classes.outputs[0].datatype, [text.decode() for text in classes.outputs[0].contents.bytes_contents], list(classes.outputs[0].shape)])
packed = call(f"{INFER}/ModelInfer", typed_request(), compression=grpc.Compression.Gzip)
show("gzip", list(packed.outputs[0].contents.int64_contents))

stream = channel.stream_stream(
    f"/{INFER}/ModelStreamInfer",
    request_serializer=lambda message: message.SerializeToString(),
    response_deserializer=get_class("inference.ModelStreamInferResponse").FromString,
)
wrong = typed_request("wrong")
wrong.inputs[1].shape[0] = 3
show("stream", [answer.infer_response.id or answer.error_message for answer in stream(iter([typed_request("a"), wrong, raw_request()]))])

refused("unknown model", f"{INFER}/ModelInfer", {"model_name": "lat"})
hollow = typed_request()
hollow.inputs[1].ClearField("contents")
refused("hollow", f"{INFER}/ModelInfer", hollow)
refused("no inputs", f"{INFER}/ModelInfer", {"model_name": "late"})
huge = raw_request()
huge.inputs[1].shape[0] = 1 << 40
refused("huge", f"{INFER}/ModelInfer", huge)
short = raw_request()
short.raw_input_contents[1] = b"123"
refused("short", f"{INFER}/ModelInfer", short)
refused("traffic", f"{INFER}/RepositoryModelUnload", {"model_name": "late"})
refused("configuration", f"{INFER}/RepositoryModelLoad", {"model_name": "late", "parameters": {"config": {"string_param": "{}"}}})
refused("endpoint", f"{INFER}/ModelReady", {"name": "late"}, metadata=[("slipway-endpoint", "nothing")])
show("statistics", counted() - counted_before)


def garbage(name, data, method="ModelInfer"):
    stub = channel.unary_unary(f"/{INFER}/{method}")
    try:
        stub(data)
        show(name, "answered")
    except grpc.RpcError as error:
        show(name, error.code().name)


garbage("cut off", raw_request().SerializeToString()[:-3])
garbage("announces 2 GB", b"\x2a\xff\xff\xff\xff\x07")
garbage("unknown method", b"", "Nothing")
