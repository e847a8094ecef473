using System.CommandLine;
using Microsoft.Extensions.Logging;
using Slipway.Server;
using Slipway.Server.Contracts;

namespace Slipway.Cli.Verbs;

/// <summary>slipway server: the whole program, until it is interrupted.</summary>
internal static class ServerCommand
{
    public static string DefaultHome =>
        Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".slipway", "server");

    public static Command Create()
    {
        var home = new Option<string>("--home")
        {
            Description = "The folder of the server: database, content, keys. Default: ~/.slipway/server.",
            DefaultValueFactory = _ => DefaultHome,
        };
        var urls = new Option<string>("--urls")
        {
            Description = "Addresses to listen on, separated by ';'. Only loopback until sign-in exists.",
            DefaultValueFactory = _ => "http://127.0.0.1:5000",
        };
        var grpcUrls = new Option<string>("--grpc-urls")
        {
            Description = "Addresses for gRPC without TLS (HTTP/2 only), separated by ';', such as http://127.0.0.1:5001. Default: none.",
            DefaultValueFactory = _ => "",
        };
        var database = new Option<string?>("--database") { Description = "A PostgreSQL connection string. Default: SQLite in the home." };
        var content = new Option<string?>("--content")
        {
            Description = "Where content is kept: a folder, azure://ACCOUNT/CONTAINER[/PREFIX] or s3://BUCKET[/PREFIX], "
                + "with ?endpoint=URL for other servers. Credentials: AZURE_STORAGE_KEY, AZURE_STORAGE_SAS_TOKEN or Azure's "
                + "identities; AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. Default: the home.",
        };
        var verbose = new Option<bool>("--verbose") { Description = "Log what happens, not only what goes wrong." };
        var command = new Command("server", "Start the server.") { home, urls, grpcUrls, database, content, verbose };
        command.SetAction((parsed, ct) => RunAsync(
            new ServerSettings
            {
                Home = Path.GetFullPath(parsed.GetValue(home)!),
                Urls = parsed.GetValue(urls)!.Split(';', StringSplitOptions.RemoveEmptyEntries),
                GrpcUrls = parsed.GetValue(grpcUrls)!.Split(';', StringSplitOptions.RemoveEmptyEntries),
                Database = parsed.GetValue(database),
                Content = parsed.GetValue(content),
                LogLevel = parsed.GetValue(verbose) ? LogLevel.Information : LogLevel.Warning,
            },
            ct));
        return command;
    }

    private static async Task<int> RunAsync(ServerSettings settings, CancellationToken ct)
    {
        await using var app = await ServerModule.StartAsync(settings, ct);
        Console.WriteLine($"Slipway listens on {string.Join(", ", app.Urls)}; home {settings.Home}. Ctrl-C ends it.");
        try
        {
            await Task.Delay(Timeout.Infinite, ct);
        }
        catch (OperationCanceledException)
        {
            // The way to end a server.
        }

        await app.StopAsync(CancellationToken.None);
        return 0;
    }
}
