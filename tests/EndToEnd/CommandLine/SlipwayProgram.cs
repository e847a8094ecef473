using System.Diagnostics;
using System.Text.Json.Nodes;
using Slipway.Shared;
using Xunit;

namespace Slipway.EndToEnd.CommandLine;

/// <summary>The program as it was built, started as a process of its own.</summary>
internal static class SlipwayProgram
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static ProcessStartInfo Call(params IEnumerable<string> arguments) =>
        new("dotnet", [Repository.Path("artifacts/bin/Cli/release/slipway.dll"), .. arguments]);

    /// <summary>Runs it to its end.</summary>
    public static Task<Executable.Finished> RunAsync(params IEnumerable<string> arguments) =>
        Executable.RunAsync(Call(arguments), Ct);

    /// <summary>What a verb prints to a pipe; it must have ended well.</summary>
    public static async Task<JsonNode> AskAsync(Uri server, params IEnumerable<string> arguments)
    {
        var call = await RunAsync([.. arguments, "--server", server.ToString()]);
        Assert.True(call.ExitCode == 0, call.Error);
        Assert.Equal("", call.Error);
        return JsonNode.Parse(call.Output)!;
    }
}
