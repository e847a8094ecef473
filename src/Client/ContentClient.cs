using System.Net;

namespace Slipway.Client;

/// <summary>A tree of files in the content store.</summary>
public sealed record ContentTree(string Digest, long Size, int Files);

/// <summary>Uploads files and folders into the content store; what is there already is not sent again.</summary>
public sealed class ContentClient
{
    private readonly SlipwayClient _client;

    internal ContentClient(SlipwayClient client) => _client = client;

    /// <summary>Uploads a file, or a folder with all its files, as one tree. A single file is a tree of one entry.</summary>
    public async Task<ContentTree> UploadAsync(string path, CancellationToken ct)
    {
        var root = Path.GetFullPath(path);
        var files = Directory.Exists(root)
            ? Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToList()
            : [root];
        var folder = Directory.Exists(root) ? root : Path.GetDirectoryName(root)!;
        var entries = new List<object>(files.Count);
        foreach (var file in files)
        {
            var blob = await UploadFileAsync(file, ct);
            entries.Add(new { Path = Path.GetRelativePath(folder, file).Replace('\\', '/'), blob.Digest, blob.Size });
        }

        return (await _client.SendAsync<ContentTree>(HttpMethod.Post, "api/v1/content/trees", new { Entries = entries }, ct))!;
    }

    /// <summary>One file of a tree, as a stream that the caller disposes.</summary>
    public async Task<Stream> OpenAsync(string tree, string path, CancellationToken ct)
    {
        var escaped = string.Join('/', path.Split('/').Select(SlipwayClient.Escape));
        var answer = await _client.SendAsync(HttpMethod.Get, $"api/v1/content/trees/{tree}/files/{escaped}", null, ct);
        return await answer.Content.ReadAsStreamAsync(ct);
    }

    private async Task<Blob> UploadFileAsync(string file, CancellationToken ct)
    {
        await using var stream = File.OpenRead(file);
        var digest = "sha256:" + Convert.ToHexStringLower(await System.Security.Cryptography.SHA256.HashDataAsync(stream, ct));
        if (await ExistsAsync(digest, ct))
            return new Blob(digest, stream.Length);
        stream.Position = 0;
        using var body = new StreamContent(stream);
        return (await _client.ReadAsync<Blob>(HttpMethod.Post, "api/v1/content/blobs", body, ct))!;
    }

    private async Task<bool> ExistsAsync(string digest, CancellationToken ct)
    {
        try
        {
            using var answer = await _client.SendAsync(HttpMethod.Head, $"api/v1/content/blobs/{digest}", null, ct);
            return true;
        }
        catch (SlipwayApiException refusal) when (refusal.Status == HttpStatusCode.NotFound)
        {
            return false;
        }
    }

    private sealed record Blob(string Digest, long Size);
}
