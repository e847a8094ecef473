using System.CommandLine;
using Microsoft.Extensions.Logging;
using Slipway.Server.Contracts;

namespace Slipway.Cli.Verbs;

/// <summary>Where a process listens, with which certificate, and what clients may hold of it: what "server" and "serve" share.</summary>
internal sealed class ListeningOptions
{
    private readonly Option<string> _urls;
    private readonly Option<string> _grpcUrls = new("--grpc-urls")
    {
        Description = "Addresses for gRPC without TLS (HTTP/2 only), separated by ';', such as http://127.0.0.1:5001. Default: none.",
        DefaultValueFactory = _ => "",
    };

    private readonly Option<string?> _certificate = new("--certificate")
    {
        Description = "A PEM file with the certificate of https addresses, and those above it. Read again when it changes.",
    };

    private readonly Option<string?> _key = new("--certificate-key") { Description = "A PEM file with its private key, not encrypted. Default: in the same file." };

    private readonly Option<int?> _connections = Number<int?>("--max-connections", "Connections at the same time. Default: as the limit of open files allows, at most 20000.", 1, 1_000_000);
    private readonly Option<int> _header = Number("--header-timeout", "Seconds that a request's headers, or a TLS handshake, may take.", 1, 3600, 15);
    private readonly Option<int> _idle = Number("--idle-timeout", "Seconds that a connection may stay without a request.", 1, 86_400, 130);
    private readonly Option<int> _rate = Number("--min-data-rate", "Bytes per second, after five seconds, below which a slow client is let go; 0: never.", 0, 1_000_000, 240);
    private readonly Option<bool> _verbose = new("--verbose") { Description = "Log what happens, not only what goes wrong." };

    public ListeningOptions(Command command, string url)
    {
        _urls = new Option<string>("--urls")
        {
            Description = "Addresses to listen on, http or https, separated by ';'. Only loopback until sign-in exists.",
            DefaultValueFactory = _ => url,
        };
        foreach (var option in new Option[] { _urls, _grpcUrls, _certificate, _key, _connections, _header, _idle, _rate, _verbose })
            command.Options.Add(option);
        command.Validators.Add(result =>
        {
            if (result.GetValue(_key) is not null && result.GetValue(_certificate) is null)
                result.AddError("--certificate-key is given without --certificate.");
        });
    }

    public ServerSettings Settings(ParseResult parsed, string home) => new()
    {
        Home = Path.GetFullPath(home),
        Urls = parsed.GetValue(_urls)!.Split(';', StringSplitOptions.RemoveEmptyEntries),
        GrpcUrls = parsed.GetValue(_grpcUrls)!.Split(';', StringSplitOptions.RemoveEmptyEntries),
        Certificate = parsed.GetValue(_certificate) is { } certificate ? new CertificateFiles(certificate, parsed.GetValue(_key)) : null,
        Limits = new ConnectionLimits
        {
            MaxConnections = parsed.GetValue(_connections),
            HeaderTimeout = TimeSpan.FromSeconds(parsed.GetValue(_header)),
            IdleTimeout = TimeSpan.FromSeconds(parsed.GetValue(_idle)),
            MinDataRate = parsed.GetValue(_rate),
        },
        LogLevel = parsed.GetValue(_verbose) ? LogLevel.Information : LogLevel.Warning,
    };

    private static Option<T> Number<T>(string name, string description, int least, int most, T? otherwise = default)
    {
        var option = new Option<T>(name) { Description = description, DefaultValueFactory = _ => otherwise! };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<T>() is int given && (given < least || given > most))
                result.AddError($"{name} is {given}; it must be from {least} to {most}.");
        });
        return option;
    }
}
