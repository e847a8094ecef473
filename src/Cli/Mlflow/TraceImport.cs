using System.Text.Json.Nodes;

namespace Slipway.Cli.Mlflow;

/// <summary>Brings a trace: its spans, its record, its attachments, its links.</summary>
internal sealed class TraceImport(ImportServer server, ArtifactPlaces places, ImportOptions options, ImportReport report)
{
    private const string Attachments = "attachments";

    private readonly List<(string Trace, string Run)> _links = [];

    // Traces whose attachments are somewhere that this machine does not see.
    private readonly List<string> _missing = [];

    public async Task RunAsync(string? experiment, SourceTrace trace, CancellationToken ct)
    {
        var state = await server.FindStateAsync("traces", trace.Id, ct);
        var isComplete = (bool?)state?["complete"] == true;
        report.Count("traces", 1, isComplete ? 0 : 1);
        if (!isComplete && !options.DryRun)
        {
            await SendAsync(experiment!, trace, ct);
            state = await server.FindStateAsync("traces", trace.Id, ct);
        }

        await AttachmentsAsync(trace, state, ct);
        await LinksAsync(trace, state, ct);
    }

    /// <summary>The links to runs that are not here yet: the runs of any experiment, so they are made when all runs are here.</summary>
    public IEnumerable<(string Run, IReadOnlyList<string> Traces)> Links => _links.GroupBy(link => link.Run, link => link.Trace)
        .SelectMany(run => run.Chunk(ImportServer.MostLinks), (run, ids) => (run.Key, (IReadOnlyList<string>)ids));

    /// <summary>One sentence for all traces of an experiment.</summary>
    public void TellMissing(SourceExperiment experiment)
    {
        if (_missing.Count > 0)
        {
            report.LeftOut(
                $"experiment '{experiment.Name}': the attachments of {_missing.Count} traces (the first is {_missing[0]}) are not on this machine, or would be in a store elsewhere; "
                + "give --artifacts with a copy of them and import again");
        }

        _missing.Clear();
    }

    private async Task SendAsync(string experiment, SourceTrace trace, CancellationToken ct)
    {
        var canSend = trace.Id.StartsWith("tr-", StringComparison.Ordinal) && trace.Id.Length == 35
            && trace.Id[3..].All(char.IsAsciiHexDigitLower);
        if (!canSend && trace.Spans.Count > 0)
            report.LeftOut($"trace {trace.Id}: its spans, since its id is none of OpenTelemetry");
        var info = trace.Info.DeepClone().AsObject();
        info["trace_location"] = new JsonObject
        {
            ["type"] = "MLFLOW_EXPERIMENT",
            ["mlflow_experiment"] = new JsonObject { ["experiment_id"] = experiment },
        };
        await server.SendTraceAsync(experiment, info, canSend && trace.Spans.Count > 0 ? SourceTraces.Otlp(trace) : null, ct);
    }

    private async Task AttachmentsAsync(SourceTrace trace, JsonObject? state, CancellationToken ct)
    {
        var place = places.Find(trace.ArtifactUri, trace.Id, trace.Folder);
        var folder = place is null ? null : Path.Combine(place, Attachments);
        var isElsewhere = state is not null && state["files"] is null;
        if (isElsewhere || !Directory.Exists(folder))
        {
            if (trace.Spans.Any(span => span.ToJsonString().Contains("mlflow-attachment://", StringComparison.Ordinal)))
                _missing.Add(trace.Id);
            return;
        }

        var here = new JsonObject((state?["files"]?.AsObject() ?? [])
            .Where(file => file.Key.StartsWith(Attachments + "/", StringComparison.Ordinal))
            .Select(file => KeyValuePair.Create(file.Key[(Attachments.Length + 1)..], file.Value?.DeepClone())));
        var uri = ((string?)state?["artifactUri"] ?? "mlflow-artifacts:/") + "/" + Attachments;
        var (files, sent, differing) = await server.UploadAsync(uri, folder, here, options.DryRun, ct);
        report.Count("artifacts", files, sent);
        foreach (var path in differing)
            report.Kept($"trace {trace.Id}: attachment '{path}' has another size here");
    }

    private async Task LinksAsync(SourceTrace trace, JsonObject? state, CancellationToken ct)
    {
        var here = TraceLinks.Read(state);
        var runs = trace.Links.Runs.Except(here.Runs).ToList();
        var prompts = trace.Links.Prompts.Except(here.Prompts).ToList();
        report.Count("links of traces", trace.Links.Runs.Count + trace.Links.Prompts.Count, runs.Count + prompts.Count);
        if (options.DryRun)
            return;
        _links.AddRange(runs.Select(run => (trace.Id, run)));
        if (prompts.Count > 0)
            await server.LinkPromptsAsync(trace.Id, prompts, ct);
    }
}
