using System.Net;
using Slipway.Kernel;

namespace Slipway.ObjectStores.Http;

/// <summary>The files below a web address, to be read only; HTTP has no listing.</summary>
/// <param name="root">Ends with '/'.</param>
internal sealed class HttpObjectStore(HttpClient http, Uri root, string? bearer, Retrying retrying) : IObjectStore
{
    // Without the query, which may hold a signature.
    public string Description => $"the web address {root.GetLeftPart(UriPartial.Path)}";

    public Task<Page<StoredObject>> ListAsync(string prefix, int limit, string? token, CancellationToken ct) =>
        throw SlipwayException.Invalid($"{Retrying.Capital(Description)} has no listing: name a file there.");

    public Task<StoredObject?> FindAsync(string name, CancellationToken ct) => retrying.RunAsync(
        async attempt =>
        {
            using var answer = await HeadersAsync(name, attempt);
            if (answer.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Gone)
                return null;
            await CheckAsync(answer, name, attempt);
            var headers = answer.Content.Headers;
            var changed = headers.LastModified ?? default;
            return new StoredObject(
                name,
                headers.ContentLength ?? -1,
                answer.Headers.ETag?.ToString() ?? $"\"{changed.UtcTicks:x}-{headers.ContentLength ?? -1:x}\"",
                changed);
        },
        ct);

    public async Task<Stream> OpenReadAsync(string name, long offset, long? length, string? etag, CancellationToken ct)
    {
        // Many servers ignore If-Match, so the etag is compared as well.
        if (etag is not null && (await FindAsync(name, ct))?.ETag is { } now && now != etag)
            throw Changed(name);

        return await RangedReads.OpenAsync(
            retrying,
            offset,
            length,
            null,
            (from, count, match, attempt) => SendAsync(
                HttpMethod.Get,
                name,
                request =>
                {
                    if (from > 0 || count is not null)
                        request.Headers.Range = new(from, count is { } bytes ? from + bytes - 1 : null);
                    if (match is not null && !match.StartsWith("W/", StringComparison.Ordinal))
                        request.Headers.TryAddWithoutValidation("If-Match", match);
                },
                attempt),
            (answer, attempt) => CheckAsync(answer, name, attempt),
            ct);
    }

    public Task<StoredObject> WriteAsync(string name, Stream content, WriteCondition condition, CancellationToken ct) => throw ReadOnly();

    public Task<bool> DeleteAsync(string name, CancellationToken ct) => throw ReadOnly();

    // Some servers know no HEAD; the body of the answer to GET is not read.
    private async Task<HttpResponseMessage> HeadersAsync(string name, CancellationToken ct)
    {
        var answer = await SendAsync(HttpMethod.Head, name, null, ct);
        if (answer.StatusCode is not (HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotImplemented))
            return answer;
        answer.Dispose();
        return await SendAsync(HttpMethod.Get, name, null, ct);
    }

    private Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string name, Action<HttpRequestMessage>? describe, CancellationToken ct)
    {
        var request = new HttpRequestMessage(method, new Uri(root, ObjectName.Escape(ObjectName.Check(name)) + root.Query));
        if (bearer is not null)
            request.Headers.Authorization = new("Bearer", bearer);
        describe?.Invoke(request);
        return http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
    }

    private Task CheckAsync(HttpResponseMessage answer, string name, CancellationToken ct)
    {
        if (answer.IsSuccessStatusCode)
            return Task.CompletedTask;

        ct.ThrowIfCancellationRequested();
        var reason = $"{(int)answer.StatusCode} {answer.ReasonPhrase}".TrimEnd();
        if (Retrying.MayPass(answer.StatusCode))
            throw new PassingFailure($"it answers {reason}");
        throw answer.StatusCode switch
        {
            HttpStatusCode.NotFound or HttpStatusCode.Gone => SlipwayException.NotFound($"At {Description}, file", name),
            HttpStatusCode.PreconditionFailed => Changed(name),
            HttpStatusCode.RequestedRangeNotSatisfiable => SlipwayException.Invalid($"'{name}' at {Description} ends before the bytes asked for."),
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new SlipwayException(
                ErrorCode.PermissionDenied, $"{Retrying.Capital(Description)} refuses the credentials ({reason}): check the token."),
            _ => new SlipwayException(ErrorCode.Unavailable, $"{Retrying.Capital(Description)} refuses the request for '{name}': {reason}."),
        };
    }

    private SlipwayException Changed(string name) =>
        SlipwayException.Conflict($"'{name}' at {Description} has been changed by somebody else: read it again.");

    private SlipwayException ReadOnly() => SlipwayException.Invalid($"{Retrying.Capital(Description)} can only be read: write to another datastore.");
}
