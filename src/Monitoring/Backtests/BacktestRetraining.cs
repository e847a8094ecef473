using System.Xml;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Monitoring.Backtests.Runs;
using Slipway.Monitoring.Definitions;
using Slipway.Monitoring.Monitors;
using Slipway.Monitoring.Retraining;
using Slipway.Security.Contracts;

namespace Slipway.Monitoring.Backtests;

/// <summary>
/// POST /api/v1/retraining/backtest: replays a data asset through a policy, declared or not yet, and says when it would have
/// trained, what its gate would have said, and how good the answers would have been beside never and always training.
/// </summary>
internal sealed class BacktestRetraining(
    PolicyStore policies, MonitorStore monitors, ILakeTables lake, HistoryReader reader, MonitorReplay replay, IAccess access) : IBacktest
{
    private const int MostRounds = 1000;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/retraining/backtest", HandleAsync).WithName("BacktestRetraining").WithTags("monitoring");

    public string Name => "retraining";

    public bool IsLong => true;

    /// <summary>Refuses what could never be played.</summary>
    public async Task<(RetrainingDefinition Policy, MonitorDefinition Monitor, TrialSettings Settings)> CheckAsync(
        Caller caller, Request request, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, "retraining policies", ct);
        var policy = await GivenDefinition.ReadAsync(
            "a policy",
            request.Definition,
            request.Policy,
            yaml => RetrainingReader.Read(yaml, "retraining.yml"),
            async name => (await policies.GetAsync(caller.Workspace, name, ct)).Read());
        var monitor = request.MonitorDefinition is { } yaml
            ? MonitorReader.Read(yaml, "monitor.yml")
            : await monitors.GetAsync(caller.Workspace, policy.Monitor, ct);
        return request.History is { Data: not null, TargetColumn: not null }
            ? (policy, monitor, Settings(request, monitor))
            : throw SlipwayException.Invalid("A policy is replayed over rows with labels: name the data, its time_column and its target_column.");
    }

    public async Task<string> PlayAsync(Caller caller, string request, ReplayProgress progress, CancellationToken ct) =>
        BacktestJson.Write(await RunAsync(caller, BacktestJson.Read<Request>(request), progress, ct));

    public async Task<RetrainingBacktest> RunAsync(Caller caller, Request request, ReplayProgress progress, CancellationToken ct)
    {
        var (policy, monitor, settings) = await CheckAsync(caller, request, ct);
        using var connection = lake.Connect();
        var history = await reader.AssetAsync(connection, caller, request.History!, ct);
        var plan = ReplayPlan.Of(history.Span, request.From, request.To, request.Window, request.Before);
        using var play = new PolicyReplay(
            history, history.Table(ct), new ReplayedJudge(policy, monitor, replay), settings, Length(request.Learns));
        return RetrainingBacktest.Of(
            policy, settings.Objective == TrialSettings.Probabilities ? "brier" : "mse", await play.PlayAsync(caller, plan, progress, ct));
    }

    private static async Task<Ok<BacktestWire>> HandleAsync(
        Request request, Caller caller, BacktestRetraining operation, BeginBacktest begin, CancellationToken ct)
    {
        var (policy, _, _) = await operation.CheckAsync(caller, request, ct);
        return TypedResults.Ok(BacktestWire.Of(await begin.RunAsync(caller, operation.Name, policy.Name, request, ct)));
    }

    private static TrialSettings Settings(Request request, MonitorDefinition monitor)
    {
        if (request.Rounds is < 1 or > MostRounds)
            throw SlipwayException.Invalid($"'rounds' is {request.Rounds}; it must be from 1 to {MostRounds}.");
        if (request.Depth is < 1 or > 12)
            throw SlipwayException.Invalid($"'depth' is {request.Depth}; it must be from 1 to 12.");
        if (request.Rate is not (> 0 and <= 1))
            throw SlipwayException.Invalid($"'rate' is {request.Rate}; it must be above 0 and at most 1.");
        return request.TrainingRows is >= 100 and <= 1_000_000
            ? new TrialSettings(
                monitor.Task == MonitorTask.Regression ? TrialSettings.Numbers : TrialSettings.Probabilities, request.Rounds, request.Depth, request.Rate, request.TrainingRows)
            : throw SlipwayException.Invalid($"'trainingRows' is {request.TrainingRows}; it must be from 100 to 1,000,000.");
    }

    private static TimeSpan? Length(string? learns)
    {
        try
        {
            return learns is null ? null : XmlConvert.ToTimeSpan(learns);
        }
        catch (FormatException)
        {
            throw SlipwayException.Invalid($"'learns' is '{learns}'; a length of time is written as P28D (28 days).");
        }
    }

    /// <param name="Policy">A declared one, unless a definition is given.</param>
    /// <param name="Definition">The policy as YAML.</param>
    /// <param name="MonitorDefinition">The monitor that it stands on, as YAML; null: the declared one that the policy names.</param>
    /// <param name="Window">The length of a window, at whose end the policy is asked; P7D when left out.</param>
    /// <param name="Before">What the first model learns from; four windows when left out.</param>
    /// <param name="Learns">How far back a model learns; all there is when left out.</param>
    /// <param name="TrainingRows">Of more rows, every n-th is learned from.</param>
    internal sealed record Request(
        string? Policy = null, string? Definition = null, string? MonitorDefinition = null, HistorySource? History = null,
        DateTimeOffset? From = null, DateTimeOffset? To = null, string? Window = null, string? Before = null, string? Learns = null,
        int Rounds = 60, int Depth = 6, double Rate = 0.1, int TrainingRows = 100_000);
}
