using System.Globalization;
using System.Text.Json.Nodes;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Registry.Contracts;
using Slipway.Statistics;
using Slipway.Tracking.Contracts;
using Slipway.Training.Scoring;
using Slipway.Training.Steps;
using Slipway.Training.Tables;

namespace Slipway.Training.Gates;

/// <summary>
/// <c>type: gate</c>: compares the version <c>candidate</c> with the champion on the same rows of <c>data</c>, and keeps the
/// decision with its numbers. A rejection ends the pipeline well; what depends on the gate is skipped.
/// </summary>
internal sealed class GateStep(
    ILakeTables lake, ModelFiles models, IModelRegistry registry, IGateLog gates, ITracking tracking, TimeProvider time) : IStepKind
{
    public string Name => "gate";

    public IReadOnlyList<StepField> Fields { get; } =
    [
        new("label", FieldType.Text, true, "The column with what came true: 0 or 1."),
        new("compare", FieldType.List, false, "Rules: {metric: auc|brier|log_loss|accuracy, require: better|not_worse, margin, confidence}; all must hold. By default Brier better and AUC not worse, at 95 %."),
        new("champion", FieldType.Text, false, "The alias of the version to compare with, unless the input 'champion' names one; champion by default."),
        new("where", FieldType.Text, false, "A condition in SQL on the rows to compare on; they should be none that the candidate learned from."),
        new("time_column", FieldType.Text, false, "Puts the rows in order, so that the bootstrap draws blocks of neighbours; without it the files' order does."),
        new("seed", FieldType.Integer, false, "The seed of the bootstrap; 1 by default."),
    ];

    public int Revision => 1;

    // The champion may be another one next time.
    public bool IsDeterministic => false;

    public async Task RunAsync(StepContext step, CancellationToken ct)
    {
        var request = GateRequest.Read(step);
        // A step that is run again after a crash must not decide anew: the decision may have been acted upon.
        var decision = await EarlierAsync(step, request.Candidate, ct) ?? await DecideAsync(step, request, ct);
        await tracking.LogAsync(
            step.Caller, step.RunId, [], new Dictionary<string, string>(),
            new Dictionary<string, string> { ["gate.accepted"] = decision.Accepted ? "true" : "false", ["gate.reason"] = decision.Reason }, ct);
        await step.Log.WriteLineAsync(decision.Reason);
        await WriteAsync(step, decision, ct);
        step.Made("decided", decision.Node, step.IfDeclared("decision"));
        if (!decision.Accepted)
            step.SkipRest(decision.Reason);
    }

    private async Task<GateDecision?> EarlierAsync(StepContext step, ModelVersion candidate, CancellationToken ct) =>
        (await gates.ListAsync(step.Caller, candidate.Model, ct)).FirstOrDefault(decision => decision.Id == step.RunId);

    private async Task<GateDecision> DecideAsync(StepContext step, GateRequest request, CancellationToken ct)
    {
        var champion = await ChampionAsync(step, request, ct);
        var evidence = new JsonObject { ["data"] = request.Data.Node, ["where"] = request.Where, ["seed"] = request.Seed };
        var verdict = champion?.Number == request.Candidate.Number
            ? Verdict.Same(request.Alias, request.Candidate.Number)
            : await JudgeAsync(step, request, champion, evidence, ct);
        var decision = new GateDecision
        {
            Id = step.RunId,
            Model = request.Candidate.Model,
            Candidate = request.Candidate.Number,
            Champion = champion?.Number,
            Accepted = verdict.Accepted,
            Reason = verdict.Reason,
            EvidenceJson = evidence.ToJsonString(),
            DecidedAt = time.GetUtcNow(),
            DecidedBy = step.Caller.Principal,
        };
        await gates.RecordAsync(step.Caller, decision, request.Data.Node is { } node ? [node] : [], ct);
        return decision;
    }

    private async Task<ModelVersion?> ChampionAsync(StepContext step, GateRequest request, CancellationToken ct)
    {
        var champion = request.Champion ?? await registry.FindAsync(step.Caller, $"{request.Candidate.Model}@{request.Alias}", ct);
        if (champion is null)
            return null;
        if (champion.Model != request.Candidate.Model)
        {
            throw SlipwayException.Invalid(
                $"{champion.Model}:{champion.Number} cannot be the champion of {request.Candidate.Model}; compare versions of one model.");
        }

        step.Read(champion.Node);
        return champion;
    }

    private async Task<Verdict> JudgeAsync(
        StepContext step, GateRequest request, ModelVersion? champion, JsonObject evidence, CancellationToken ct)
    {
        using var table = await InputTable.OpenAsync(lake, request.Data.Tree("table"), request.Where, ct);
        using var candidateModel = await models.OpenAsync(request.Candidate, ct);
        using var championModel = champion is null ? null : await models.OpenAsync(champion, ct);
        ScoringModel[] both = championModel is null ? [candidateModel] : [candidateModel, championModel];
        var rows = await Task.Run(() => ScoredRows.Read(table, both, new ScoringColumns(request.Label, request.TimeColumn), ct), ct);

        BinaryMetrics[] metrics = [.. rows.Scores.Select(scores => BinaryMetrics.Of(scores, rows.Outcomes))];
        evidence["candidate"] = MetricNames.Json(metrics[0]);
        await LogAsync(step, "candidate", metrics[0], ct);
        if (champion is null)
            return Verdict.First(request.Alias, metrics[0]);

        evidence["champion"] = MetricNames.Json(metrics[1]);
        await LogAsync(step, "champion", metrics[1], ct);
        Comparison[] comparisons = [.. request.Rules.Select(rule => Comparison.Of(rule, rows, metrics[0], metrics[1], request.Seed))];
        evidence["rules"] = new JsonArray([.. comparisons.Select(comparison => comparison.Json())]);
        foreach (var comparison in comparisons)
            await step.Log.WriteLineAsync($"{(comparison.Holds ? "holds " : "BROKEN")} {comparison.Rule}: {comparison.Text}");
        return Verdict.Of(comparisons, champion.Number, metrics[0].Rows);
    }

    private Task LogAsync(StepContext step, string who, BinaryMetrics metrics, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var none = new Dictionary<string, string>();
        return tracking.LogAsync(
            step.Caller, step.RunId, [.. MetricNames.Of(metrics).Select(pair => new MetricPoint($"{who}_{pair.Key}", pair.Value, 0, now))], none, none, ct);
    }

    private static async Task WriteAsync(StepContext step, GateDecision decision, CancellationToken ct)
    {
        if (step.IfDeclared("decision") is not { } output)
            return;

        var json = new JsonObject
        {
            ["id"] = decision.Id,
            ["model"] = decision.Model,
            ["candidate"] = decision.Candidate,
            ["champion"] = decision.Champion,
            ["accepted"] = decision.Accepted,
            ["reason"] = decision.Reason,
            ["decided_at"] = decision.DecidedAt.ToString("O", CultureInfo.InvariantCulture),
            ["evidence"] = JsonNode.Parse(decision.EvidenceJson),
        };
        await File.WriteAllTextAsync(Path.Combine(step.OutputFolders[output], "decision.json"), json.ToString(), ct);
    }
}
