using System.Collections.Frozen;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Net.Http.Headers;
using Slipway.Data;
using Slipway.Kernel;

namespace Slipway.Tracking.Artifacts;

/// <summary>Sends artifacts, or ranges of them, as files to keep.</summary>
internal sealed class ArtifactFiles(ArtifactStore artifacts, IBlobStore blobs)
{
    private static readonly FileExtensionContentTypeProvider s_types = new();

    // Shown as text rather than run by whoever opens them.
    private static readonly FrozenSet<string> s_texts = new[]
    {
        "txt", "log", "err", "cfg", "conf", "cnf", "cf", "ini", "properties", "prop", "hocon", "toml", "yaml", "yml", "xml",
        "json", "js", "py", "py3", "csv", "tsv", "md", "rst", "mlmodel", "mlproject",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    public async Task SendAsync(HttpContext http, WorkspaceName workspace, ArtifactPath path, CancellationToken ct)
    {
        var row = path.IsRoot ? null : await artifacts.FindAsync(workspace, path, ct);
        if (row?.Digest is null)
            throw new SlipwayException(ErrorCode.NotFound, $"No such artifact: '{path}'.");

        await SendAsync(http, Digest.Parse(row.Digest), path.Name, row.UpdatedAt.ToTime(), ct);
    }

    public async Task SendAsync(HttpContext http, Digest digest, string name, DateTimeOffset? updated, CancellationToken ct)
    {
        var tag = new EntityTagHeaderValue($"\"{digest.Hex}\"");
        var type = TypeOf(name);
        IResult file = blobs.LocalPath(digest) is { } local
            ? TypedResults.PhysicalFile(local, type, name, updated, tag, enableRangeProcessing: true)
            : TypedResults.Stream(await blobs.OpenReadAsync(digest, 0, null, ct), type, name, updated, tag);
        await file.ExecuteAsync(http);
    }

    public static string TypeOf(string name)
    {
        var extension = name[(name.LastIndexOf('.') + 1)..];
        if (s_texts.Contains(extension))
            return "text/plain";
        if (!s_types.TryGetContentType(name, out var type))
            return "application/octet-stream";
        return type.StartsWith("text/", StringComparison.Ordinal) && type != "text/html" ? "text/plain" : type;
    }
}
