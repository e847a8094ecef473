using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Runtime.InteropServices;
using Google.Protobuf;
using Slipway.Engines.OnnxRuntime;
using Slipway.Kernel;
using Slipway.Serving.Contracts;
using Slipway.Serving.Protocol.Grpc.Proto;
using static Slipway.Serving.Runtimes.Proxy.ProxyServer;

namespace Slipway.Serving.Runtimes.Proxy;

/// <summary>The Open Inference Protocol v2 over gRPC; tensors go raw.</summary>
internal sealed class GrpcWire(ProxySettings settings, string model) : IModelWire
{
    public string Path => "ModelInfer";

    public string MetadataPath => "ModelMetadata";

    public string HealthPath => "ServerReady";

    private string Model => settings.Model ?? model;

    private string Version => settings.ModelVersion ?? "";

    public async Task<ServerAnswer> GetAsync(ProxyServer server, string path, CancellationToken ct)
    {
        if (path == MetadataPath)
            return await server.CallAsync(path, new ModelMetadataRequest { Name = Model, Version = Version }.ToByteArray(), ct);
        var answer = await server.CallAsync(path, new ServerReadyRequest().ToByteArray(), ct);
        return !answer.IsGood || Parse(ServerReadyResponse.Parser, answer.Body).Ready
            ? answer
            : answer with { Status = HttpStatusCode.ServiceUnavailable, Body = "it is not ready"u8.ToArray() };
    }

    public Task<ServerAnswer> PostAsync(ProxyServer server, ReadOnlyMemory<byte> body, int? jsonLength, CancellationToken ct) => server.CallAsync(Path, body, ct);

    public TensorPlan[] ReadInputs(ReadOnlyMemory<byte> metadata) => ServerInputs.Read(
        Parse(ModelMetadataResponse.Parser, metadata).Inputs.Select(input => (input.Name, input.Datatype, input.Shape.ToArray())));

    public int? Write(int rows, IReadOnlyList<HeapInput> inputs, ArrayBufferWriter<byte> body)
    {
        var request = new ModelInferRequest { ModelName = Model, ModelVersion = Version };
        foreach (var input in inputs)
        {
            var plan = input.Plan;
            request.Inputs.Add(new ModelInferRequest.Types.InferInputTensor
            {
                Name = plan.Name,
                Datatype = plan.DataType,
                Shape = { plan.HasRows ? [rows, .. plan.Shape[1..]] : plan.Shape },
            });
            var raw = new ArrayBufferWriter<byte>(Math.Max(1, input.Length(rows)));
            input.Write(rows, raw);
            request.RawInputContents.Add(UnsafeByteOperations.UnsafeWrap(raw.WrittenMemory));
        }

        request.WriteTo(body);
        return null;
    }

    public IReadOnlyList<AnsweredTensor> Read(ReadOnlyMemory<byte> body, int? jsonLength, IReadOnlyList<TensorPlan> known)
    {
        var answer = Parse(ModelInferResponse.Parser, body);
        return [.. answer.Outputs.Select((output, index) =>
        {
            var type = OipTypes.Parse(output.Datatype);
            return new AnsweredTensor(
                output.Name, type, [.. output.Shape], answer.RawOutputContents.Count > 0 ? answer.RawOutputContents[index].Memory : Bytes(output.Contents, type));
        })];
    }

    private static T Parse<T>(MessageParser<T> parser, ReadOnlyMemory<byte> message)
        where T : IMessage<T>
    {
        try
        {
            return parser.ParseFrom(message.Span);
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw new SlipwayException(ErrorCode.EngineFailed, $"The model server answered what is no {typeof(T).Name}.", exception);
        }
    }

    private static byte[] Bytes(InferTensorContents contents, OnnxElementType type) => type switch
    {
        OnnxElementType.Bool => Packed(contents.BoolContents),
        OnnxElementType.Int8 => Packed(contents.IntContents.Select(value => (sbyte)value)),
        OnnxElementType.Int16 => Packed(contents.IntContents.Select(value => (short)value)),
        OnnxElementType.Int32 => Packed(contents.IntContents),
        OnnxElementType.Int64 => Packed(contents.Int64Contents),
        OnnxElementType.UInt8 => Packed(contents.UintContents.Select(value => (byte)value)),
        OnnxElementType.UInt16 => Packed(contents.UintContents.Select(value => (ushort)value)),
        OnnxElementType.UInt32 => Packed(contents.UintContents),
        OnnxElementType.UInt64 => Packed(contents.Uint64Contents),
        OnnxElementType.Float => Packed(contents.Fp32Contents),
        OnnxElementType.Double => Packed(contents.Fp64Contents),
        OnnxElementType.String => Texts(contents.BytesContents),
        _ => throw new InvalidOperationException($"{type} has no typed contents."),
    };

    private static byte[] Packed<T>(IEnumerable<T> values)
        where T : unmanaged => MemoryMarshal.AsBytes<T>(values.ToArray()).ToArray();

    private static byte[] Texts(IEnumerable<ByteString> texts)
    {
        var bytes = new ArrayBufferWriter<byte>();
        foreach (var text in texts)
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes.GetSpan(4), text.Length);
            bytes.Advance(4);
            bytes.Write(text.Span);
        }

        return bytes.WrittenSpan.ToArray();
    }
}
