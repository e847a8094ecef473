using Slipway.Engines.OnnxRuntime;

namespace Slipway.Serving.Runtimes.Proxy;

/// <summary>One output of an answer; texts as their lengths in four bytes and their UTF-8.</summary>
internal sealed record AnsweredTensor(string Name, OnnxElementType Type, long[] Dims, ReadOnlyMemory<byte> Bytes);

/// <summary>How tensors are asked of a model server, and how it answers.</summary>
internal interface IModelWire
{
    /// <summary>Where, below the server's address.</summary>
    string Path { get; }

    /// <summary>Whether it can be asked what the model takes.</summary>
    string? MetadataPath { get; }

    /// <summary>The path that says whether it is ready; null: the protocol has none.</summary>
    string? HealthPath { get; }

    Task<ProxyServer.ServerAnswer> GetAsync(ProxyServer server, string path, CancellationToken ct) => server.GetAsync(path, ct);

    Task<ProxyServer.ServerAnswer> PostAsync(ProxyServer server, ReadOnlyMemory<byte> body, int? jsonLength, CancellationToken ct) =>
        server.PostAsync(Path, body, jsonLength, ct);

    /// <summary>What the model takes, as the answer to <see cref="MetadataPath"/> says it.</summary>
    TensorPlan[] ReadInputs(ReadOnlyMemory<byte> metadata) => ServerInputs.Read(metadata);

    /// <summary>Writes a request.</summary>
    /// <returns>The length of the JSON before the bytes of tensors; null: it is JSON alone.</returns>
    int? Write(int rows, IReadOnlyList<HeapInput> inputs, System.Buffers.ArrayBufferWriter<byte> body);

    /// <param name="jsonLength">Null: it is JSON alone.</param>
    /// <param name="known">What is known of the outputs; empty: nothing is.</param>
    /// <exception cref="System.Text.Json.JsonException">It is no answer.</exception>
    IReadOnlyList<AnsweredTensor> Read(ReadOnlyMemory<byte> body, int? jsonLength, IReadOnlyList<TensorPlan> known);
}
