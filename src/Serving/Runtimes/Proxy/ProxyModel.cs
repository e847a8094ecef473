using System.Net.Http.Headers;
using Slipway.Kernel;

namespace Slipway.Serving.Runtimes.Proxy;

/// <summary>A model that another server answers for. What it answers is found out by asking it once.</summary>
internal sealed class ProxyModel(TensorPlan[] inputs, IModelWire wire, ProxyServer server, KeptServer? kept, DeploymentLog? log) : IRunningModel, IBodyModel
{
    public string Platform => "proxy";

    public TensorPlan[] Inputs => inputs;

    public TensorPlan[] Outputs { get; private set; } = [];

    public int? FixedRows { get; } = inputs.Length > 0 && !inputs[0].HasRows ? (int)inputs[0].Shape[0] : null;

    /// <summary>It is elsewhere.</summary>
    public long MemoryBytes => 0;

    /// <summary>Where nothing is known of its columns, bodies are passed on as they are.</summary>
    public IBodyModel? Bodies => inputs.Length == 0 ? this : null;

    public DeploymentLog? Log => log;

    public IModelRunner CreateRunner(int capacity) => new ProxyRunner(this, capacity);

    /// <summary>Asks for rows of zeros and empty texts, where the inputs are known.</summary>
    public async Task ProbeAsync(CancellationToken ct)
    {
        if (inputs.Length == 0)
            return;
        using var runner = new ProxyRunner(this, FixedRows ?? 1);
        Outputs = await runner.ProbeAsync(FixedRows ?? 1, ct);
    }

    public async Task<IReadOnlyList<AnsweredTensor>> AskAsync(int rows, IReadOnlyList<HeapInput> tensors, System.Buffers.ArrayBufferWriter<byte> body, CancellationToken ct)
    {
        body.ResetWrittenCount();
        var jsonLength = wire.Write(rows, tensors, body);
        var answer = (await wire.PostAsync(server, body.WrittenMemory, jsonLength, ct)).Good();
        try
        {
            return wire.Read(answer.Body, answer.JsonLength, Outputs);
        }
        catch (Exception exception) when (exception is System.Text.Json.JsonException or KeyNotFoundException or InvalidOperationException or FormatException
            or ArgumentOutOfRangeException)
        {
            throw new SlipwayException(ErrorCode.EngineFailed, "The model server answered what is no answer of its protocol.", exception);
        }
    }

    public async ValueTask<BodyAnswer> AnswerAsync(BodyRequest request, CancellationToken ct)
    {
        if (request.Method != HttpMethod.Post.Method)
            throw SlipwayException.Invalid($"{request.Method} is not passed on to a model server; send a POST.");
        using var content = new ReadOnlyMemoryContent(request.Body);
        content.Headers.ContentType = MediaTypeHeaderValue.TryParse(request.ContentType, out var given) ? given : new MediaTypeHeaderValue("application/json");
        var answer = await server.SendAsync(HttpMethod.Post, wire.Path, content, null, ct, PassedHeaders.Of(request));
        var headers = answer.Headers ?? [];
        headers["Content-Type"] = answer.ContentType ?? "application/json";
        return new BodyAnswer((int)answer.Status, headers, answer.Body, Owner: null);
    }

    public void Dispose()
    {
        server.Dispose();
        kept?.Dispose();
    }
}
