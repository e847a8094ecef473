using System.Text.Json.Nodes;
using Slipway.EndToEnd.CommandLine;
using Slipway.Shared;
using Xunit;

namespace Slipway.EndToEnd.Demo;

/// <summary>A demo that was played without a break until week 6; three of its weeks are served, the last one begins with a canary.</summary>
public sealed class DemoRun : IAsyncLifetime
{
    public const int LastWeek = 6;
    private readonly TempFolder _folder = new();

    public string Home => _folder.File("home");

    public JsonObject Summary { get; private set; } = null!;

    public string Output { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        var file = _folder.File("summary.json");
        var call = await SlipwayProgram.RunAsync(Arguments(Home, LastWeek, FreePort.Next(), file));
        Assert.True(call.ExitCode == 0 && call.Error.Length == 0, $"The demo ended with {call.ExitCode}: {call.Error}");
        Output = call.Output;
        Summary = Read(file);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    internal static string[] Arguments(string home, int untilWeek, int port, string summary) =>
        ["demo", "--home", home, "--until-week", $"{untilWeek}", "--urls", $"http://127.0.0.1:{port}", "--summary", summary, "--exit"];

    internal static JsonObject Read(string file) => JsonNode.Parse(File.ReadAllText(file))!.AsObject();
}

[CollectionDefinition(Name)]
public sealed class DemoCollection : ICollectionFixture<DemoRun>
{
    public const string Name = "demo";
}
