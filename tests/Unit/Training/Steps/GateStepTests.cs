using System.Text.Json;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Xunit;

namespace Slipway.Unit.Training.Steps;

public sealed class GateStepTests
{
    private const string Settings = """ "label": "late", "time_column": "date" """;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_first_version_is_accepted_and_promoted()
    {
        await using var host = await TrainingHost.StartAsync();
        var data = await Flights.TableAsync(host, weeks: 3);
        await RegisterAsync(host, data, "week < 2");

        var gate = await GateAsync(host, data, "flights:1", "week = 2");
        var promoted = await PromoteAsync(host, gate, "flights:1");

        Assert.Null(gate.Step.SkipReason);
        var decision = (await host.Gates.FindAsync(TrainingHost.Caller, "flights", 1, Ct))!;
        Assert.True(decision.Accepted);
        Assert.Null(decision.Champion);
        Assert.StartsWith("Accepted as the first: there is no champion to compare with (auc 0.", decision.Reason);
        Assert.Equal([("decided", decision.Node, "decision")], gate.Step.MadeNodes);
        Assert.Equal([("promoted", "model:flights@1", null)], promoted.Step.MadeNodes);
        Assert.Equal(1, (await host.Registry.FindAsync(TrainingHost.Caller, "flights@champion", Ct))!.Number);
    }

    [Fact]
    public async Task A_better_version_is_accepted_with_the_numbers_that_decided()
    {
        await using var host = await TrainingHost.StartAsync();
        var data = await Flights.TableAsync(host, weeks: 4, turned: 0);
        await GivenChampionAsync(host, data, "week = 0");
        await RegisterAsync(host, data, "week between 1 and 2");

        var gate = await GateAsync(host, data, "flights:2", "week = 3");

        var decision = (await host.Gates.FindAsync(TrainingHost.Caller, "flights", 2, Ct))!;
        Assert.True(decision.Accepted, decision.Reason);
        Assert.Equal(1, decision.Champion);
        Assert.Matches(@"^Accepted: brier 0\.\d+ against 0\.\d+ \(better by 0\.\d+; 95% interval of the gain 0\.\d+ to 0\.\d+\); auc .* on 1500 rows against version 1\.$", decision.Reason);
        using var evidence = JsonDocument.Parse(decision.EvidenceJson);
        Assert.Equal(1500, evidence.RootElement.GetProperty("champion").GetProperty("rows").GetInt32());
        var rules = evidence.RootElement.GetProperty("rules").EnumerateArray().ToDictionary(rule => rule.GetProperty("metric").GetString()!);
        Assert.Equal(["brier", "auc"], rules.Keys);
        Assert.True(rules["auc"].GetProperty("p_value").GetDouble() < 0.01);
        Assert.Equal(decision.Reason, gate.Run.Tags["gate.reason"]);
        Assert.Equal(["model:flights@1"], gate.Step.ReadNodes);
    }

    [Fact]
    public async Task A_worse_version_is_rejected_and_the_rest_is_skipped()
    {
        await using var host = await TrainingHost.StartAsync();
        var data = await Flights.TableAsync(host, weeks: 4, turned: 0);
        await GivenChampionAsync(host, data, "week between 1 and 2");
        await RegisterAsync(host, data, "week = 0");

        var gate = await GateAsync(host, data, "flights:2", "week = 3", """ "compare": [{"metric": "log_loss", "require": "not_worse"}] """);

        var decision = (await host.Gates.FindAsync(TrainingHost.Caller, "flights", 2, Ct))!;
        Assert.False(decision.Accepted);
        Assert.Contains("Rejected because log_loss is surely worse: log_loss 0.", decision.Reason);
        Assert.Equal(decision.Reason, gate.Step.SkipReason);
        using var file = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(gate.Folder("decision"), "decision.json"), Ct));
        Assert.False(file.RootElement.GetProperty("accepted").GetBoolean());
        var refusal = await host.RefusalAsync("promote", "{}", [await host.VersionAsync("flights:2")]);
        Assert.Equal(ErrorCode.Conflict, refusal.Code);
        Assert.Contains(decision.Reason, refusal.Message);
        Assert.Equal(1, (await host.Registry.FindAsync(TrainingHost.Caller, "flights@champion", Ct))!.Number);
    }

    [Fact]
    public async Task As_good_is_not_worse_but_not_better_either()
    {
        await using var host = await TrainingHost.StartAsync();
        var data = await Flights.TableAsync(host, weeks: 3);
        await GivenChampionAsync(host, data, "week = 0");
        await RegisterAsync(host, data, "week = 0");

        var notWorse = await GateAsync(host, data, "flights:2", "week = 2", """ "compare": [{"metric": "brier", "require": "not_worse"}, {"metric": "auc", "require": "not_worse"}] """);
        var better = await GateAsync(host, data, "flights:2", "week = 2", """ "compare": {"metric": "auc", "require": "better"} """);

        Assert.Null(notWorse.Step.SkipReason);
        Assert.Contains("auc is not surely better", better.Step.SkipReason);
    }

    [Fact]
    public async Task A_gate_that_runs_again_after_a_crash_keeps_its_decision()
    {
        await using var host = await TrainingHost.StartAsync();
        var data = await Flights.TableAsync(host, weeks: 3, turned: 0);
        await GivenChampionAsync(host, data, "week = 0");
        await RegisterAsync(host, data, "week = 1");
        var first = await GateAsync(host, data, "flights:2", "week = 2");
        await PromoteAsync(host, first, "flights:2");

        var again = await GateAsync(host, data, "flights:2", "week = 2", runId: first.Step.RunId);

        Assert.Equal(
            await File.ReadAllTextAsync(Path.Combine(first.Folder("decision"), "decision.json"), Ct),
            await File.ReadAllTextAsync(Path.Combine(again.Folder("decision"), "decision.json"), Ct));
        Assert.Equal(2, (await host.Gates.ListAsync(TrainingHost.Caller, "flights", Ct)).Count);
    }

    [Fact]
    public async Task Nothing_is_promoted_that_no_gate_has_seen()
    {
        await using var host = await TrainingHost.StartAsync();
        var data = await Flights.TableAsync(host, weeks: 1);
        await RegisterAsync(host, data, "true");

        var refusal = await host.RefusalAsync("promote", "{}", [await host.VersionAsync("flights:1")]);

        Assert.Contains("No gate has decided on flights:1", refusal.Message);
    }

    [Theory]
    [InlineData(""" "compare": [{"metric": "bier", "require": "better"}] """, "Did you mean 'brier'?")]
    [InlineData(""" "compare": [{"metric": "brier", "require": "best"}] """, "known: better, not_worse")]
    [InlineData(""" "compare": [{"metric": "brier", "require": "better", "conf": 1}] """, "A rule has no field 'conf'")]
    [InlineData(""" "compare": [{"metric": "brier", "require": "better", "confidence": 95}] """, "from 0.5 to 0.9999")]
    [InlineData(""" "compare": ["brier"] """, "write {metric: brier, require: better}")]
    [InlineData(""" "compare": [{"metric": "auc", "require": "better"}, {"metric": "auc", "require": "not_worse"}] """, "Two rules compare auc")]
    public async Task A_rule_with_a_mistake_is_refused(string compare, string expected)
    {
        await using var host = await TrainingHost.StartAsync();
        var data = await Flights.TableAsync(host, weeks: 1);
        await RegisterAsync(host, data, "true");

        var refusal = await host.RefusalAsync("gate", $"{{{Settings}, {compare}}}", [data, await host.VersionAsync("flights:1")], "decision");

        Assert.Contains(expected, refusal.Message);
    }

    private static async Task RegisterAsync(TrainingHost host, StepInput data, string where)
    {
        var trained = await Flights.TrainAsync(host, data, $"\"where\": \"{where}\"");
        await host.RunAsync("register", """{"model_name": "flights"}""", [trained.Tree("model", "model")], ["version"]);
    }

    private static async Task GivenChampionAsync(TrainingHost host, StepInput data, string where)
    {
        await RegisterAsync(host, data, where);
        await PromoteAsync(host, await GateAsync(host, data, "flights:1", "true"), "flights:1");
    }

    private static async Task<StepOutcome> GateAsync(
        TrainingHost host, StepInput data, string candidate, string where, string? compare = null, string? runId = null) =>
        await host.RunAsync(
            "gate",
            $"{{{Settings}, \"where\": \"{where}\"{(compare is null ? "" : $", {compare}")}}}",
            [data, await host.VersionAsync(candidate)],
            ["decision"],
            runId);

    private static async Task<StepOutcome> PromoteAsync(TrainingHost host, StepOutcome gate, string candidate) =>
        await host.RunAsync("promote", "{}", [await host.VersionAsync(candidate), gate.Tree("decision", "decision")], []);
}
