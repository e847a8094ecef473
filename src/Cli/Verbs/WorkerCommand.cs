using System.CommandLine;
using Microsoft.Extensions.Logging;
using Slipway.Cli.CommandLine;
using Slipway.Server;
using Slipway.Server.Contracts;

namespace Slipway.Cli.Verbs;

/// <summary>slipway worker: runs steps beside a server, until it is interrupted.</summary>
internal static class WorkerCommand
{
    private static readonly Option<string> s_database =
        new("--database") { Description = "The servers' PostgreSQL connection string.", Required = true };

    private static readonly Option<Uri?> s_server = new("--server")
    {
        Description = "The address at which steps reach a server, for MLflow.",
        Required = true,
        CustomParser = result => CommonOptions.Parse(result.Tokens[0].Value, result),
    };

    private static readonly Option<string?> s_content = new("--content") { Description = "The servers' --content, when it is not in their home." };

    private static readonly Option<string> s_shared = new("--server-home")
    {
        Description = "The servers' home folder, reachable from this machine: it holds the contents.",
        Required = true,
    };

    private static readonly Option<string> s_home = new("--home")
    {
        Description = "A folder of this worker alone, in which steps work.",
        DefaultValueFactory = _ => Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".slipway", "worker"),
    };

    private static readonly Option<int> s_parallelism =
        Bound(new("--parallelism") { Description = "How many steps run at once. Default: one for each processor." }, 4096);

    private static readonly Option<int> s_grace = Bound(
        new("--grace")
        {
            Description = "For how many seconds running steps may go on after Ctrl-C; then they are given back to others.",
            DefaultValueFactory = _ => 30,
        },
        86_400);

    private static readonly Option<bool> s_verbose = new("--verbose") { Description = "Log what happens, not only what goes wrong." };

    public static Command Create()
    {
        var command = new Command("worker", "Run steps of jobs beside a server that uses PostgreSQL.")
        {
            s_database, s_server, s_shared, s_content, s_home, s_parallelism, s_grace, s_verbose,
        };
        command.SetAction((parsed, ct) => RunAsync(Settings(parsed), ct));
        return command;
    }

    private static WorkerSettings Settings(ParseResult parsed) => new()
    {
        Home = Path.GetFullPath(parsed.GetValue(s_home)!),
        Database = parsed.GetValue(s_database)!,
        SharedHome = Path.GetFullPath(parsed.GetValue(s_shared)!),
        Content = parsed.GetValue(s_content),
        ServerUrl = parsed.GetValue(s_server)!.ToString().TrimEnd('/'),
        Parallelism = parsed.GetValue(s_parallelism),
        Grace = TimeSpan.FromSeconds(parsed.GetValue(s_grace)),
        LogLevel = parsed.GetValue(s_verbose) ? LogLevel.Information : LogLevel.Warning,
    };

    private static Option<int> Bound(Option<int> option, int most)
    {
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is var given && (given < 0 || given > most))
                result.AddError($"{option.Name} is {given}; it must be from 0 to {most}.");
        });
        return option;
    }

    private static async Task<int> RunAsync(WorkerSettings settings, CancellationToken ct)
    {
        using var host = await WorkerModule.StartAsync(settings, ct);
        Console.WriteLine($"Slipway works for {settings.ServerUrl}; home {settings.Home}. Ctrl-C ends it.");
        try
        {
            await Task.Delay(Timeout.Infinite, ct);
        }
        catch (OperationCanceledException)
        {
            // The way to end a worker.
        }

        await host.StopAsync(CancellationToken.None);
        return 0;
    }
}
