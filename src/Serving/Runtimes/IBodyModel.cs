using Microsoft.AspNetCore.Http;

namespace Slipway.Serving.Runtimes;

/// <summary>A model that reads bodies of its own making, and so answers requests whole: over /score and /invocations.</summary>
internal interface IBodyModel
{
    ValueTask<BodyAnswer> AnswerAsync(BodyRequest request, CancellationToken ct);
}

/// <summary>A request as it came.</summary>
internal readonly struct BodyRequest(HttpRequest request, ReadOnlyMemory<byte> body)
{
    public string Method => request.Method;

    /// <summary>With its query.</summary>
    public string Path => request.Path + request.QueryString.ToString();

    public string? ContentType => request.ContentType;

    public ReadOnlyMemory<byte> Body => body;

    /// <summary>The headers but for those that the caller signs in with: a model has no business with them.</summary>
    public Dictionary<string, string> PassedOn() => request.Headers
        .Where(header => !header.Key.Equals("Authorization", StringComparison.OrdinalIgnoreCase) && !header.Key.Equals("Cookie", StringComparison.OrdinalIgnoreCase))
        .ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
}

/// <param name="Owner">Whose memory the body is, until it is disposed of; null: nobody else's.</param>
internal readonly record struct BodyAnswer(int Status, IReadOnlyDictionary<string, string> Headers, ReadOnlyMemory<byte> Body, IDisposable? Owner) : IDisposable
{
    public void Dispose() => Owner?.Dispose();
}
