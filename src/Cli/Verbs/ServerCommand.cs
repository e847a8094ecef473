using System.CommandLine;
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
            Description = "The folder of the server: database, content, keys.",
            DefaultValueFactory = _ => DefaultHome,
        };
        var database = new Option<string?>("--database") { Description = "A PostgreSQL connection string. Default: SQLite in the home." };
        var content = new Option<string?>("--content")
        {
            Description = "Where content is kept: a folder, azure://ACCOUNT/CONTAINER[/PREFIX] or s3://BUCKET[/PREFIX], "
                + "with ?endpoint=URL for other servers. Credentials: AZURE_STORAGE_KEY, AZURE_STORAGE_SAS_TOKEN or Azure's "
                + "identities; AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. Default: the home.",
        };
        var command = new Command("server", "Start the server.") { home, database, content };
        var listening = new ListeningOptions(command, "http://127.0.0.1:5000");
        command.SetAction((parsed, ct) => RunAsync(
            listening.Settings(parsed, parsed.GetValue(home)!) with { Database = parsed.GetValue(database), Content = parsed.GetValue(content) },
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
