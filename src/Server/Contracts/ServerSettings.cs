using Microsoft.Extensions.Logging;

namespace Slipway.Server.Contracts;

/// <summary>What a server needs to start.</summary>
public sealed record ServerSettings
{
    /// <summary>The folder with the database, the content store, keys and logs.</summary>
    public required string Home { get; init; }

    /// <summary>Addresses to listen on; port 0 takes a free one.</summary>
    public IReadOnlyList<string> Urls { get; init; } = ["http://127.0.0.1:5000"];

    /// <summary>
    /// Addresses that speak HTTP/2 without TLS only, which is what gRPC clients use there; with a port of their own. On an
    /// https address of <see cref="Urls"/> gRPC needs none: TLS tells the protocols apart.
    /// </summary>
    public IReadOnlyList<string> GrpcUrls { get; init; } = [];

    /// <summary>For the https addresses among <see cref="Urls"/>; null: there are none.</summary>
    public CertificateFiles? Certificate { get; init; }

    /// <summary>What slow and idle clients may hold.</summary>
    public ConnectionLimits Limits { get; init; } = new();

    /// <summary>A PostgreSQL connection string; null: SQLite in <see cref="Home"/>.</summary>
    public string? Database { get; init; }

    /// <summary>Where content is kept: a folder, azure://ACCOUNT/CONTAINER or s3://BUCKET; null: in <see cref="Home"/>.</summary>
    public string? Content { get; init; }

    /// <summary>The largest request body in bytes outside artifact uploads. 64 MiB by default.</summary>
    public long MaxBodyBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>The least level of log lines that go to the console.</summary>
    public LogLevel LogLevel { get; init; } = LogLevel.Warning;
}
