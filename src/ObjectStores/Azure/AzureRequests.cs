using System.Net;
using System.Net.Http.Headers;
using Azure.Identity;
using Slipway.Kernel;

namespace Slipway.ObjectStores.Azure;

/// <summary>Requests to one container: address, signature, and what a refusal means.</summary>
/// <param name="container">Its address without a '/' at the end.</param>
internal sealed class AzureRequests(HttpClient http, Uri container, string description, IAzureSigner signer, TimeProvider time)
{
    private const string Version = "2021-12-02";

    public string Description => description;

    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string? name, string query, Action<HttpRequestMessage>? describe, ReadOnlyMemory<byte>? body, CancellationToken ct)
    {
        var address = container + (name is null ? "" : "/" + ObjectName.Escape(name)) + (query.Length == 0 ? "" : "?" + query);
        using var request = new HttpRequestMessage(method, address);
        request.Headers.Add("x-ms-version", Version);
        request.Headers.Add("x-ms-date", time.GetUtcNow().ToString("R"));
        if (body is { } bytes)
        {
            request.Content = new ReadOnlyMemoryContent(bytes);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        }

        describe?.Invoke(request);
        try
        {
            await signer.SignAsync(request, ct);
        }
        catch (AuthenticationFailedException exception) when (signer is TokenSigner)
        {
            throw new SlipwayException(
                ErrorCode.PermissionDenied,
                $"No token for {description}: {exception.Message.Split('\n')[0].TrimEnd()} {((TokenSigner)signer).Advice}",
                exception);
        }

        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
    }

    public bool LacksContainer(HttpResponseMessage answer) => Reason(answer) == "ContainerNotFound";

    public Task CheckAsync(HttpResponseMessage answer, string? name, CancellationToken ct)
    {
        if (answer.IsSuccessStatusCode)
            return Task.CompletedTask;

        ct.ThrowIfCancellationRequested();
        var reason = $"{(int)answer.StatusCode} {Reason(answer)}".TrimEnd();
        if (Retrying.MayPass(answer.StatusCode))
            throw new PassingFailure($"it answers {reason}");
        throw answer.StatusCode switch
        {
            HttpStatusCode.NotFound when name is null || LacksContainer(answer) =>
                new SlipwayException(ErrorCode.NotFound, $"{Retrying.Capital(description)} does not exist: create it, or correct its name."),
            HttpStatusCode.NotFound => SlipwayException.NotFound($"In {description}, object", name!),
            HttpStatusCode.PreconditionFailed or HttpStatusCode.Conflict => SlipwayException.Conflict(
                $"'{name}' in {description} has been changed or written by somebody else ({reason}): read it again."),
            HttpStatusCode.RequestedRangeNotSatisfiable => SlipwayException.Invalid($"'{name}' in {description} ends before the bytes asked for."),
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new SlipwayException(
                ErrorCode.PermissionDenied, $"{Retrying.Capital(description)} refuses the credentials ({reason}): {Advice()}."),
            _ => new SlipwayException(ErrorCode.Unavailable, $"{Retrying.Capital(description)} refuses the request: {reason}."),
        };
    }

    private string Advice() => signer is SasSigner { EndsAt: { } end } && end <= time.GetUtcNow()
        ? $"the SAS token ended at {end.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}, make another one"
        : "check the key, the token or the role";

    private static string Reason(HttpResponseMessage answer) =>
        answer.Headers.TryGetValues("x-ms-error-code", out var codes) ? codes.First() : answer.ReasonPhrase ?? "";
}
