using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Slipway.Kernel;
using Slipway.Server.Contracts;

namespace Slipway.Server.Http;

/// <summary>How the web server listens: protocols of its addresses, the certificate, and what one client may hold.</summary>
internal static partial class Listening
{
    private const int MostByDefault = 20_000;

    // The database, models, sockets of workers and what is being written.
    private const int OtherFiles = 512;

    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(5);

    public static void CheckCertificate(ServerSettings settings)
    {
        var needed = settings.Urls.Any(url => url.StartsWith("https:", StringComparison.OrdinalIgnoreCase));
        if (needed && settings.Certificate is null)
            throw SlipwayException.Invalid("An https address needs a certificate; write --certificate cert.pem --certificate-key key.pem.");
        if (!needed && settings.Certificate is not null)
            throw SlipwayException.Invalid("A certificate is given and no https address; write --urls https://127.0.0.1:5443 or the like.");
        if (settings.Certificate is { } files)
            PemCertificate.Read(files);
    }

    public static void Configure(KestrelServerOptions kestrel, ServerSettings settings)
    {
        var grpcPorts = settings.GrpcUrls.Select(GrpcPort).ToHashSet();
        kestrel.AddServerHeader = false;
        kestrel.ConfigureEndpointDefaults(listen =>
        {
            if (listen.IPEndPoint is { } address && grpcPorts.Contains(address.Port))
                listen.Protocols = HttpProtocols.Http2;
        });
        Limit(kestrel, settings);
        if (settings.Certificate is not { } files)
            return;
        var certificate = ActivatorUtilities.CreateInstance<ServedCertificate>(kestrel.ApplicationServices, files);
        kestrel.ConfigureHttpsDefaults(https =>
        {
            https.HandshakeTimeout = settings.Limits.HeaderTimeout;
            // Only a selector may be set that knows no chain; what is presented is the context below.
            https.ServerCertificateSelector = (_, _) => certificate.Current().TargetCertificate;
            https.OnAuthenticate = (_, handshake) =>
            {
                handshake.ServerCertificateSelectionCallback = null;
                handshake.ServerCertificateContext = certificate.Current();
            };
        });
    }

    private static void Limit(KestrelServerOptions kestrel, ServerSettings settings)
    {
        var (limits, asked) = (kestrel.Limits, settings.Limits);
        limits.MaxRequestBodySize = settings.MaxBodyBytes;

        // MLflow's pages ask for a hundred runs in one query.
        limits.MaxRequestLineSize = 64 * 1024;
        limits.RequestHeadersTimeout = asked.HeaderTimeout;
        limits.KeepAliveTimeout = asked.IdleTimeout;
        limits.MinRequestBodyDataRate = asked.MinDataRate == 0 ? null : new MinDataRate(asked.MinDataRate, s_grace);
        limits.MinResponseDataRate = asked.MinDataRate == 0 ? null : new MinDataRate(asked.MinDataRate, s_grace);

        var files = OpenFiles.Limit();
        limits.MaxConcurrentConnections = asked.MaxConnections ?? Math.Clamp((files ?? int.MaxValue) - OtherFiles, 16, MostByDefault);
        var logger = kestrel.ApplicationServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(Listening).FullName!);
        Log.Room(logger, limits.MaxConcurrentConnections.Value, files ?? -1);
        if (limits.MaxConcurrentConnections + OtherFiles > files)
            Log.TooFewFiles(logger, limits.MaxConcurrentConnections.Value, files.Value);
    }

    private static int GrpcPort(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var address) && address is { Scheme: "http", Port: > 0 }
            ? address.Port
            : throw SlipwayException.Invalid($"'{url}' is no address for gRPC; write http://127.0.0.1:5001 or the like, with a port of its own.");

    private static partial class Log
    {
        [LoggerMessage(10010, LogLevel.Information, "Takes {Connections} connections; the process may have {Files} files open")]
        public static partial void Room(ILogger logger, long connections, int files);

        [LoggerMessage(10011, LogLevel.Warning, "{Connections} connections were asked for, and the process may have {Files} files open; raise it with ulimit -n")]
        public static partial void TooFewFiles(ILogger logger, long connections, int files);
    }
}
