using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Slipway.Kernel;

namespace Slipway.Tracking.Artifacts;

/// <summary>A path below "mlflow-artifacts:/": relative, in its normal form, leading nowhere else. "" is the root.</summary>
internal sealed record ArtifactPath
{
    private const string Scheme = "mlflow-artifacts:";
    private const string Proxy = "/api/2.0/mlflow-artifacts/artifacts/";

    // Folder and name are an index key; PostgreSQL's may have 2,700 bytes.
    private const int MostBytes = 1024, MostSegmentBytes = 255;

    private ArtifactPath(string value) => Value = value;

    public static ArtifactPath Root { get; } = new("");

    public string Value { get; }

    public bool IsRoot => Value.Length == 0;

    public string Name => Value[(Value.LastIndexOf('/') + 1)..];

    public string Folder => Value.LastIndexOf('/') is > 0 and var slash ? Value[..slash] : "";

    /// <summary>A path of a request, decoded once; refused when it would mean something else decoded more often.</summary>
    public static ArtifactPath Parse(string? text)
    {
        var path = text ?? "";
        var decoded = path;
        for (var i = 0; i < 10; i++)
        {
            Demand(IsSafe(decoded));
            var again = Uri.UnescapeDataString(decoded);
            if (again == decoded)
                break;
            decoded = again;
        }

        Demand(IsSafe(decoded));
        var segments = path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(segment => segment != ".").ToList();
        Demand(segments.All(segment => Encoding.UTF8.GetByteCount(segment) <= MostSegmentBytes));
        var value = string.Join('/', segments);
        Demand(Encoding.UTF8.GetByteCount(value) <= MostBytes);
        return value.Length == 0 ? Root : new ArtifactPath(value);
    }

    /// <summary>
    /// What follows the marker in the request's path, as it was sent: the server's own decoding leaves %2F alone and
    /// takes ".." away.
    /// </summary>
    public static ArtifactPath OfRequest(HttpContext http, string marker)
    {
        var target = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var query = target.IndexOf('?', StringComparison.Ordinal);
        var path = query < 0 ? target : target[..query];
        var at = path.IndexOf(marker, StringComparison.Ordinal);
        return Parse(at < 0 ? "" : Uri.UnescapeDataString(path[(at + marker.Length)..]));
    }

    /// <summary>The place of an artifact URI in this server's store; null when it is elsewhere (s3://…, a folder).</summary>
    public static ArtifactPath? OfUri(string uri)
    {
        if (!uri.StartsWith(Scheme, StringComparison.Ordinal))
        {
            // The proxy by its address: what an older client wrote as the place of an experiment.
            var proxy = uri.IndexOf(Proxy, StringComparison.Ordinal);
            return proxy > 0 && uri.StartsWith("http", StringComparison.Ordinal) ? Parse(uri[(proxy + Proxy.Length)..]) : null;
        }

        var rest = uri[Scheme.Length..];
        if (rest.StartsWith("//", StringComparison.Ordinal))
            rest = rest.IndexOf('/', 2) is > 0 and var slash ? rest[slash..] : "";
        return Parse(rest.TrimStart('/'));
    }

    public ArtifactPath Append(ArtifactPath below) => below.IsRoot ? this
        : IsRoot ? below
        : new ArtifactPath($"{Value}/{below.Value}");

    /// <summary>All folders above, the root left out: "a", "a/b" of "a/b/c".</summary>
    public IEnumerable<ArtifactPath> Parents()
    {
        for (var slash = Value.IndexOf('/', StringComparison.Ordinal); slash > 0; slash = Value.IndexOf('/', slash + 1))
            yield return new ArtifactPath(Value[..slash]);
    }

    public override string ToString() => Value;

    private static bool IsSafe(string path)
    {
        if (path.StartsWith('/') || path.AsSpan().IndexOfAny('#', '\\') >= 0 || path.Any(char.IsControl))
            return false;
        if (path.Length >= 2 && path[1] == ':' && char.IsAsciiLetter(path[0]))
            return false;
        return !path.Contains("://", StringComparison.Ordinal) && !path.Split('/').Contains("..");
    }

    // MLflow's whole message.
    private static void Demand(bool holds)
    {
        if (!holds)
            throw SlipwayException.Invalid("Invalid path");
    }
}
