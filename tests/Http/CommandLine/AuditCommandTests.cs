using System.Text.Json.Nodes;
using Slipway.Http.Jobs;
using Xunit;

namespace Slipway.Http.CommandLine;

public sealed class AuditCommandTests
{
    [Fact]
    public async Task What_was_done_is_listed_newest_first_of_one_thing_or_of_all()
    {
        await using var server = await CommandServer.StartAsync();
        foreach (var name in (string[])["first", "second"])
            await server.CallAsync("secret", "set", "--name", name, "--file", await server.WriteAsync(name, "hush"));

        var all = JsonNode.Parse(await server.CallAsync("audit", "list", "-o", "json"))!.AsArray();
        var one = JsonNode.Parse(await server.CallAsync("audit", "list", "--target", "secret:first", "-o", "json"))!.AsArray();
        var older = JsonNode.Parse(await server.CallAsync("audit", "list", "--before", $"{all[0]!["id"]}", "--max-results", "1", "-o", "json"))!.AsArray();
        var wrong = await server.RunAsync("audit", "list", "--max-results", "5000");

        Assert.Equal(["secret:second", "secret:first"], all.Select(entry => (string)entry!["target"]!));
        Assert.Equal(("local", "secret:first", true), ((string)Assert.Single(one)!["principal"]!, (string)one[0]!["target"]!, (bool)one[0]!["allowed"]!));
        Assert.Equal("secret:first", (string)Assert.Single(older)!["target"]!);
        Assert.Equal(2, wrong.Code);
        Assert.Contains("it must be from 1 to 1000", wrong.Errors, StringComparison.Ordinal);
    }
}
