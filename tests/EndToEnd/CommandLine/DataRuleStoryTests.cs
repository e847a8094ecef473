using Slipway.EndToEnd.Jobs;
using Slipway.Shared;
using Xunit;

namespace Slipway.EndToEnd.CommandLine;

/// <summary>A gate, a release, a label and a rule of retention, as somebody at a terminal has them.</summary>
public sealed class DataRuleStoryTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_gate_holds_a_version_back_until_somebody_lets_it_go()
    {
        using var server = await ServerProcess.StartAsync(_folder.File("home"), Ct);
        var address = server.Client.Server;
        var suite = Write("tests.yml", "name: prices\nexpectations: [{expect: not_null, column: price}]\n");
        var good = Write("good.csv", "id,price\n1,2.5\n");
        var bad = Write("bad.csv", "id,price\n1,\n2,3.5\n");

        await SlipwayProgram.AskAsync(address, "data", "gate", "set", "-n", "trips", "-f", suite);
        var first = await SlipwayProgram.AskAsync(address, "data", "create", "-n", "trips", "--path", good);
        var held = await SlipwayProgram.RunAsync("data", "create", "-n", "trips", "--path", bad, "--server", address.ToString());
        var latest = await SlipwayProgram.AskAsync(address, "data", "show", "-n", "trips", "--label", "latest");
        var early = await SlipwayProgram.RunAsync("data", "label", "set", "-n", "trips", "-l", "production", "-v", "2", "--server", address.ToString());
        var released = await SlipwayProgram.AskAsync(address, "data", "release", "-n", "trips", "-v", "2", "--reason", "known gap");
        await SlipwayProgram.AskAsync(address, "data", "label", "set", "-n", "trips", "-l", "production", "-v", "2");
        var production = await SlipwayProgram.AskAsync(address, "data", "show", "-n", "trips", "--label", "production");
        var rule = await SlipwayProgram.AskAsync(address, "data", "retention", "set", "-n", "trips", "--keep-versions", "1", "--keep-size", "1GB");
        var odd = await SlipwayProgram.RunAsync("data", "retention", "set", "-n", "trips", "--keep-size", "much", "--server", address.ToString());

        Assert.Null(first["quarantine"]);
        Assert.Equal(1, held.ExitCode);
        Assert.Contains("not_null(price) fails on 1 of 2 rows", held.Output, StringComparison.Ordinal);
        Assert.Equal(("1", "2"), ((string)latest["version"]!, (string)production["version"]!));
        Assert.Equal(1, early.ExitCode);
        Assert.Contains("data:trips@2 is in quarantine and can have no label; release it first.", early.Error, StringComparison.Ordinal);
        Assert.Null(released["quarantine"]);
        Assert.Equal("1", (string)Assert.Single(rule["over"]!.AsArray())!);
        Assert.Equal(2, odd.ExitCode);
        Assert.Contains("--keep-size: 'much' is no size", odd.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_tests_found_is_listed_and_an_expectation_is_followed_from_version_to_version()
    {
        using var server = await ServerProcess.StartAsync(_folder.File("home"), Ct);
        var address = server.Client.Server;
        var suite = Write("tests.yml", "name: prices\nexpectations: [{expect: not_null, column: price}, {expect: measure, measure: avg(price), min: 1}]\n");
        foreach (var (version, rows) in new[] { ("1", "1,2.5\n"), ("2", "1,\n2,3.5\n") })
        {
            await SlipwayProgram.AskAsync(address, "data", "create", "-n", "trips", "--path", Write($"{version}.csv", "id,price\n" + rows));
            await SlipwayProgram.RunAsync("data", "test", $"trips:{version}", "-f", suite, "--server", address.ToString());
        }

        var runs = (await SlipwayProgram.AskAsync(address, "data", "test-history", "-n", "trips")).AsArray();
        var trend = (await SlipwayProgram.AskAsync(address, "data", "test-history", "-n", "trips", "--expectation", "measure(avg(price))")).AsArray();
        var odd = await SlipwayProgram.RunAsync("data", "test-history", "-n", "trips", "--expectation", "not_nul(price)", "--server", address.ToString());
        var nothing = await SlipwayProgram.RunAsync("data", "test-history", "-n", "nothing", "--expectation", "x", "--server", address.ToString());

        Assert.Equal(["2 not_null(price)", "1 "], runs.Select(run => $"{run!["version"]} {run["failed"]}"));
        Assert.Equal(["1 2.5", "2 3.5"], trend.Select(point => $"{point!["version"]} {point["value"]}"));
        Assert.Equal(2, odd.ExitCode);
        Assert.Contains("has 'not_nul(price)'. Did you mean 'not_null(price)'?", odd.Error, StringComparison.Ordinal);
        Assert.Equal(1, nothing.ExitCode);
    }

    private string Write(string name, string text)
    {
        var path = _folder.File(name);
        File.WriteAllText(path, text);
        return path;
    }
}
