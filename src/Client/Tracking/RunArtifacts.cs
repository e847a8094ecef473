using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Slipway.Client;

/// <summary>The files of a run, streamed up and down.</summary>
public sealed class RunArtifacts
{
    private const string Scheme = "mlflow-artifacts:";

    private readonly SlipwayClient _client;
    private readonly RunInfo _run;
    private readonly RunOptions _options;
    private readonly Patience _patience;

    internal RunArtifacts(SlipwayClient client, RunInfo run, RunOptions options, TimeProvider time) =>
        (_client, _run, _options, _patience) = (client, run, options, new Patience(time));

    /// <summary>Uploads a file, or a folder with all below it.</summary>
    /// <param name="folder">Where it goes among the artifacts; null: to the root.</param>
    public Task LogAsync(string path, string? folder = null, CancellationToken ct = default) =>
        UploadAsync(_run.ArtifactUri, path, folder, ct);

    /// <summary>Writes a text into a file.</summary>
    public async Task LogTextAsync(string text, string path, CancellationToken ct = default)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(text));
        await LogAsync(stream, path, ct);
    }

    /// <summary>
    /// Uploads a stream, from where it stands, as one file; the caller disposes it. What cannot be read again is not sent again
    /// when the connection breaks.
    /// </summary>
    public Task LogAsync(Stream content, string path, CancellationToken ct = default)
    {
        var start = content.CanSeek ? content.Position : 0;
        return PutAsync(_run.ArtifactUri, path, () => new StreamBody(content, start), content.CanSeek, ct);
    }

    /// <summary>Opens a file; the caller disposes the stream.</summary>
    public async Task<Stream> OpenAsync(string path, CancellationToken ct = default)
    {
        var answer = await _client.SendAsync(HttpMethod.Get, AddressOf(_run.ArtifactUri, path), null, ct);
        return await answer.Content.ReadAsStreamAsync(ct);
    }

    /// <summary>What lies in a folder of the artifacts.</summary>
    public async Task<IReadOnlyList<ArtifactEntry>> ListAsync(string folder = "", CancellationToken ct = default)
    {
        var answer = await _client.GetAsync(
            $"api/2.0/mlflow/artifacts/list?run_id={SlipwayClient.Escape(_run.Id)}&path={SlipwayClient.Escape(folder)}", ct);
        return [.. (answer["files"] as JsonArray ?? []).Select(file => new ArtifactEntry(
            (string)file!["path"]!, (bool?)file["is_dir"] ?? false, (long?)file["file_size"]))];
    }

    /// <summary>Downloads a file, or a folder with all below it, into a folder of this machine.</summary>
    public async Task DownloadAsync(string path, string into, CancellationToken ct = default)
    {
        var entries = await ListAsync(path, ct);
        if (entries.Count == 0)
        {
            await SaveAsync(path, Path.Combine(into, Path.GetFileName(path)), ct);
            return;
        }

        foreach (var entry in entries)
        {
            var name = entry.Path[(entry.Path.LastIndexOf('/') + 1)..];
            if (entry.IsFolder)
                await DownloadAsync(entry.Path, Path.Combine(into, name), ct);
            else
                await SaveAsync(entry.Path, Path.Combine(into, name), ct);
        }
    }

    internal async Task UploadAsync(string root, string path, string? folder, CancellationToken ct)
    {
        if (!Directory.Exists(path))
        {
            await PutAsync(root, Join(folder, Path.GetFileName(path)), () => new StreamContent(File.OpenRead(path)), again: true, ct);
            return;
        }

        var files = Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories);
        await Parallel.ForEachAsync(files, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = ct }, async (file, token) =>
            await PutAsync(
                root, Join(folder, Path.GetRelativePath(path, file).Replace('\\', '/')), () => new StreamContent(File.OpenRead(file)), again: true, token));
    }

    private static string Join(string? folder, string name) => string.IsNullOrEmpty(folder) ? name : $"{folder.Trim('/')}/{name}";

    private async Task PutAsync(string root, string path, Func<HttpContent> open, bool again, CancellationToken ct)
    {
        var address = AddressOf(root, path);
        await _patience.RunAsync(
            async token =>
            {
                using var body = open();
                using var answer = await _client.SendAsync(HttpMethod.Put, address, body, token);
                return true;
            },
            again ? _options.GiveUpAfter : TimeSpan.Zero,
            ct);
    }

    private async Task SaveAsync(string path, string file, CancellationToken ct)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        await _patience.RunAsync(
            async token =>
            {
                await using var content = await OpenAsync(path, token);
                await using var target = File.Create(file);
                await content.CopyToAsync(target, token);
                return true;
            },
            _options.GiveUpAfter,
            ct);
    }

    private static string AddressOf(string root, string path)
    {
        if (!root.StartsWith(Scheme, StringComparison.Ordinal))
            throw new NotSupportedException($"The artifacts are at {root}, outside the server; read and write them there.");
        var whole = root[Scheme.Length..].Trim('/') + "/" + path.Trim('/');
        return "api/2.0/mlflow-artifacts/artifacts/" + string.Join('/', whole.Split('/').Select(SlipwayClient.Escape));
    }

    /// <summary>A stream that outlives the request, which StreamContent would dispose, so that it can be sent again.</summary>
    private sealed class StreamBody(Stream content, long start) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            if (content.CanSeek)
                content.Position = start;
            await content.CopyToAsync(stream);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = content.CanSeek ? content.Length - start : 0;
            return content.CanSeek;
        }
    }
}
