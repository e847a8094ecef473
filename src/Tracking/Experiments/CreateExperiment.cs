using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Tracking.Experiments;

internal sealed class CreateExperiment(ExperimentStore experiments, IAccess access) : IMlflowOperation
{
    private const int LongestName = 500;
    private const int LongestLocation = 2048;
    public const int LongestTag = 5000;

    public static void Map(IEndpointRouteBuilder routes) => routes.MapMlflow<CreateExperiment>("POST", "experiments/create");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var name = call.Fields.Required("name");
        var location = call.Fields.Text("artifact_location");
        var tags = call.Fields.Objects("tags")
            .Select(tag => new KeyValue(tag.Required("key"), tag.Text("value") ?? ""))
            .ToList();
        var created = await RunAsync(call.Caller, name, location, tags, ct);
        await call.AnswerAsync(json => json.WriteString("experiment_id", Experiment.Text(created.Id)), ct);
    }

    public async Task<Experiment> RunAsync(
        Caller caller, string name, string? location, IReadOnlyList<KeyValue> tags, CancellationToken ct)
    {
        DemandName("name", name);
        foreach (var (key, value) in tags)
        {
            MlflowNames.DemandKey("tag", "key", key);
            MlflowNames.Limited("value", value, LongestTag);
        }

        await access.DemandAsync(caller, Permission.Write, $"experiment:{name}", ct);
        await experiments.EnsureDefaultAsync(caller.Workspace, ct);
        return await experiments.CreateAsync(caller.Workspace, name, Location(location), tags, ct);
    }

    public static void DemandName(string field, string name)
    {
        if (name.Length > LongestName)
        {
            throw SlipwayException.Invalid(
                $"'{field}' exceeds the maximum length of {LongestName} characters; the name has {name.Length}.");
        }
    }

    /// <summary>The place as it is kept: a URI, or an absolute path.</summary>
    private static string? Location(string? location)
    {
        if (string.IsNullOrEmpty(location))
            return null;
        if (location.Length > LongestLocation)
            throw Refusal(location[..100] + "…", $"it has more than {LongestLocation} characters");
        if (location.StartsWith("runs:", StringComparison.Ordinal))
            throw Refusal(location, "a run cannot be the place of an experiment");
        if (location.Contains('#', StringComparison.Ordinal))
            throw Refusal(location, "it has a fragment ('#')");
        var query = location.IndexOf('?', StringComparison.Ordinal);
        if (query >= 0 && location.AsSpan(query).Contains("..", StringComparison.Ordinal))
            throw Refusal(location, "'..' stands in its query");
        if (location.Contains(';', StringComparison.Ordinal))
            throw Refusal(location, "it has parameters (';')");
        return location.Contains(":/", StringComparison.Ordinal) ? location.TrimEnd('/') : Path.GetFullPath(location);
    }

    private static SlipwayException Refusal(string location, string reason) =>
        SlipwayException.Invalid($"'artifact_location' '{location}' is invalid: {reason}.");
}
