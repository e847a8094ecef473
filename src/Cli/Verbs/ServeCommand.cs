using System.CommandLine;
using Slipway.Cli.CommandLine;
using Slipway.Server;
using Slipway.Server.Contracts;

namespace Slipway.Cli.Verbs;

/// <summary>slipway serve: the data plane of one endpoint alone, until it is interrupted.</summary>
internal static class ServeCommand
{
    private const int MaxSpool = 1024 * 1024;

    private static readonly Option<string> s_endpoint = new("--endpoint", "-e") { Description = "The endpoint to answer for.", Required = true };

    private static readonly Option<Uri?> s_server = new("--server")
    {
        Description = "The server at which the endpoint is administered.",
        Required = true,
        CustomParser = result => CommonOptions.Parse(result.Tokens[0].Value, result),
    };

    private static readonly Option<string?> s_token = new("--token") { Description = "What is shown to the server, as Bearer. Default: $SLIPWAY_TOKEN, else nothing." };

    private static readonly Option<string?> s_workspace = new("--workspace-name", "--workspace", "-w") { Description = "The endpoint's workspace. Default: default." };

    private static readonly Option<string?> s_home = new("--home")
    {
        Description = "A folder of this process alone: models, the last configuration, collected data that is still to be sent. Default: ~/.slipway/serve/ENDPOINT.",
    };

    private static readonly Option<int> s_spool = Spool();

    public static Command Create()
    {
        var command = new Command("serve", "Answer for one endpoint of a server, also while that server is away.")
        {
            s_endpoint, s_server, s_token, s_workspace, s_home, s_spool,
        };
        var listening = new ListeningOptions(command, "http://127.0.0.1:5002");
        command.SetAction((parsed, ct) => RunAsync(Settings(parsed, listening), ct));
        return command;
    }

    private static EdgeSettings Settings(ParseResult parsed, ListeningOptions listening)
    {
        var endpoint = parsed.GetValue(s_endpoint)!;
        var home = parsed.GetValue(s_home)
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".slipway", "serve", Uri.EscapeDataString(endpoint));
        return new EdgeSettings
        {
            Endpoint = endpoint,
            Server = parsed.GetValue(s_server)!,
            Token = parsed.GetValue(s_token) ?? Environment.GetEnvironmentVariable("SLIPWAY_TOKEN"),
            Workspace = parsed.GetValue(s_workspace),
            SpoolBytes = parsed.GetValue(s_spool) * 1024L * 1024,
            Own = listening.Settings(parsed, home),
        };
    }

    private static Option<int> Spool()
    {
        var option = new Option<int>("--spool-mb")
        {
            Description = "Megabytes of collected data that may wait while the server is away; older rows are given up and counted.",
            DefaultValueFactory = _ => 1024,
        };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is var given && given is < 0 or > MaxSpool)
                result.AddError($"--spool-mb is {given}; it must be from 0 to {MaxSpool}.");
        });
        return option;
    }

    private static async Task<int> RunAsync(EdgeSettings settings, CancellationToken ct)
    {
        await using var app = await EdgeModule.StartAsync(settings, ct);
        Console.WriteLine($"Slipway answers for {settings.Endpoint} of {settings.Server} on {string.Join(", ", app.Urls)}; home {settings.Own.Home}. Ctrl-C ends it.");
        try
        {
            await Task.Delay(Timeout.Infinite, ct);
        }
        catch (OperationCanceledException)
        {
            // The way to end it.
        }

        await app.StopAsync(CancellationToken.None);
        return 0;
    }
}
