namespace Slipway.Serving.Runtimes;

/// <summary>A model that reads bodies of its own making, and so answers requests whole: over /score and /invocations.</summary>
internal interface IBodyModel
{
    ValueTask<BodyAnswer> AnswerAsync(BodyRequest request, CancellationToken ct);
}

/// <param name="Path">With its query.</param>
internal sealed record BodyRequest(string Method, string Path, IReadOnlyDictionary<string, string> Headers, ReadOnlyMemory<byte> Body);

internal sealed record BodyAnswer(int Status, IReadOnlyDictionary<string, string> Headers, ReadOnlyMemory<byte> Body);
