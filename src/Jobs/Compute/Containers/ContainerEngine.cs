using System.Formats.Tar;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Slipway.Jobs.Execution;
using Slipway.Kernel;

namespace Slipway.Jobs.Compute.Containers;

/// <summary>
/// The part of the Docker API that steps need, over a unix socket, as podman and Docker serve it. No package with this client
/// restores here.
/// </summary>
internal sealed class ContainerEngine(IOptions<JobsOptions> options) : IDisposable
{
    private const string Api = "http://engine/v1.41/";

    private readonly Lazy<HttpClient> _http = new(() => Connect(options.Value.ContainerSocket));

    /// <summary>Whether the socket is there.</summary>
    public bool IsThere => File.Exists(FindSocket(options.Value.ContainerSocket));

    /// <summary>The digest of the image; null when it is not on this machine.</summary>
    public async Task<string?> FindImageAsync(string image, CancellationToken ct)
    {
        using var answer = await SendAsync(HttpMethod.Get, $"images/{image}/json", null, ct);
        if (answer.StatusCode == HttpStatusCode.NotFound)
            return null;
        return (await ReadAsync(answer, $"look for image '{image}'", ct))?["Id"]?.ToString();
    }

    public async Task PullAsync(string image, CancellationToken ct)
    {
        var name = image.Contains(':', StringComparison.Ordinal) || image.Contains('@', StringComparison.Ordinal) ? image : image + ":latest";
        using var answer = await SendAsync(HttpMethod.Post, $"images/create?fromImage={Uri.EscapeDataString(name)}", null, ct);
        var text = await answer.Content.ReadAsStringAsync(ct);
        if (!answer.IsSuccessStatusCode || LastError(text) is not null)
        {
            throw new SlipwayException(
                ErrorCode.Unavailable, $"The image '{image}' is not on this machine and could not be fetched: {LastError(text) ?? text.Trim()}");
        }
    }

    /// <summary>Builds a folder; what the build says goes to the writer.</summary>
    public async Task BuildAsync(string folder, string dockerfile, string tag, TextWriter says, CancellationToken ct)
    {
        using var context = new MemoryStream();
        await TarFile.CreateFromDirectoryAsync(folder, context, includeBaseDirectory: false, ct);
        context.Position = 0;
        using var body = new StreamContent(context);
        body.Headers.ContentType = new MediaTypeHeaderValue("application/x-tar");
        using var answer = await SendAsync(
            HttpMethod.Post, $"build?t={Uri.EscapeDataString(tag)}&dockerfile={Uri.EscapeDataString(dockerfile)}&rm=true&forcerm=true", body, ct);
        var text = await answer.Content.ReadAsStringAsync(ct);
        foreach (var line in Lines(text))
            await says.WriteAsync((line["stream"]?.ToString() ?? "").AsMemory(), ct);
        if (!answer.IsSuccessStatusCode || LastError(text) is not null)
            throw SlipwayException.Conflict($"The image could not be built from its context: {LastError(text) ?? text.Trim()}");
    }

    public async Task<string> CreateAsync(string name, JsonObject definition, CancellationToken ct)
    {
        using var body = JsonContent.Create(definition);
        using var answer = await SendAsync(HttpMethod.Post, $"containers/create?name={name}", body, ct);
        return (await ReadAsync(answer, "make the container", ct))!["Id"]!.ToString();
    }

    /// <summary>What the container will write: frames of stdout and stderr, to its end. Ask before it starts.</summary>
    public async Task<Stream> AttachAsync(string id, CancellationToken ct)
    {
        var answer = await SendAsync(HttpMethod.Post, $"containers/{id}/attach?stream=1&stdout=1&stderr=1", null, ct);
        return await answer.Content.ReadAsStreamAsync(ct);
    }

    public async Task StartAsync(string id, CancellationToken ct)
    {
        using var answer = await SendAsync(HttpMethod.Post, $"containers/{id}/start", null, ct);
        await ReadAsync(answer, "start the container", ct);
    }

    public async Task<JsonNode> StateAsync(string id, CancellationToken ct) => (await ShowAsync(id, ct))["State"]!;

    /// <summary>All that the engine knows of it.</summary>
    public async Task<JsonNode> ShowAsync(string id, CancellationToken ct)
    {
        using var answer = await SendAsync(HttpMethod.Get, $"containers/{id}/json", null, ct);
        return (await ReadAsync(answer, "look at the container", ct))!;
    }

    public async Task<int> WaitAsync(string id, CancellationToken ct)
    {
        using var answer = await SendAsync(HttpMethod.Post, $"containers/{id}/wait", null, ct);
        return (int)(await ReadAsync(answer, "wait for the container", ct))!["StatusCode"]!;
    }

    /// <summary>Asks it to end, and ends it after so many seconds.</summary>
    public async Task StopAsync(string id, int seconds, CancellationToken ct)
    {
        using var answer = await SendAsync(HttpMethod.Post, $"containers/{id}/stop?t={seconds}", null, ct);
    }

    /// <summary>Deletes it with all that runs in it, if it is there.</summary>
    public async Task<bool> DeleteAsync(string idOrName, CancellationToken ct)
    {
        using var answer = await SendAsync(HttpMethod.Delete, $"containers/{idOrName}?force=1&v=1", null, ct);
        return answer.IsSuccessStatusCode;
    }

    public async Task<IReadOnlyList<string>> LabelledAsync(string label, CancellationToken ct)
    {
        var filter = new JsonObject { ["label"] = new JsonArray(label) }.ToJsonString();
        using var answer = await SendAsync(HttpMethod.Get, $"containers/json?all=1&filters={Uri.EscapeDataString(filter)}", null, ct);
        return [.. (await ReadAsync(answer, "list containers", ct))!.AsArray().Select(container => container!["Id"]!.ToString())];
    }

    public void Dispose()
    {
        if (_http.IsValueCreated)
            _http.Value.Dispose();
    }

    private static string? FindSocket(string? given)
    {
        var named = given ?? Environment.GetEnvironmentVariable("CONTAINER_HOST") ?? Environment.GetEnvironmentVariable("DOCKER_HOST");
        if (named is not null)
            return named.StartsWith("unix://", StringComparison.Ordinal) ? named["unix://".Length..] : named;

        var own = Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR");
        string[] usual = [$"{own}/podman/podman.sock", "/run/podman/podman.sock", "/var/run/docker.sock"];
        return usual.FirstOrDefault(File.Exists);
    }

    private static HttpClient Connect(string? given)
    {
        var socket = FindSocket(given);
        return new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, ct) =>
            {
                var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket ?? "/nowhere"), ct);
                    return new NetworkStream(connection, ownsSocket: true);
                }
                catch
                {
                    connection.Dispose();
                    throw;
                }
            },
        })
        {
            // A container may run for days.
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? body, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(method, Api + path) { Content = body };
        try
        {
            return await _http.Value.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        }
        catch (HttpRequestException exception)
        {
            throw new SlipwayException(
                ErrorCode.Unavailable,
                $"No container engine answers at '{FindSocket(options.Value.ContainerSocket) ?? "any of the usual sockets"}'. Start "
                + "'podman system service --time 0 unix:///run/podman/podman.sock', or name its socket in Jobs__ContainerSocket.",
                exception);
        }
    }

    private static async Task<JsonNode?> ReadAsync(HttpResponseMessage answer, string act, CancellationToken ct)
    {
        var text = await answer.Content.ReadAsStringAsync(ct);
        if (answer.IsSuccessStatusCode)
            return text.Length == 0 ? null : JsonNode.Parse(text);
        throw new SlipwayException(ErrorCode.Unavailable, $"The container engine refused to {act}: {LastError(text) ?? text.Trim()}");
    }

    private static string? LastError(string text) => Lines(text)
        .Select(line => (line["error"] ?? line["message"] ?? line["cause"])?.ToString())
        .LastOrDefault(error => error is not null);

    private static IEnumerable<JsonObject> Lines(string text)
    {
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            JsonObject? read = null;
            try
            {
                read = JsonNode.Parse(line) as JsonObject;
            }
            catch (JsonException)
            {
                // Not every engine keeps to JSON when it fails.
            }

            if (read is not null)
                yield return read;
        }
    }
}
