using System.Collections.Frozen;
using Slipway.Kernel;
using Slipway.Serving.Contracts;
using Slipway.Serving.Inference;

namespace Slipway.Serving.Routing;

/// <summary>An endpoint as requests see it; never changed, only replaced.</summary>
internal sealed class ServedEndpoint
{
    private readonly FrozenDictionary<string, TrafficSplit> _byModel;

    /// <param name="deployments">Those that are loaded.</param>
    public ServedEndpoint(WorkspaceName workspace, OnlineEndpoint definition, IReadOnlyList<ServedDeployment> deployments)
    {
        Workspace = workspace;
        Definition = definition;
        Deployments = deployments.ToFrozenDictionary(deployment => deployment.Definition.Name);
        _byModel = deployments.GroupBy(deployment => deployment.Model.Name).ToFrozenDictionary(
            group => group.Key, group => new TrafficSplit([.. group], definition.Traffic));
        All = new TrafficSplit(deployments, definition.Traffic);
        Mirrors =
        [
            .. deployments.Select(deployment => new Mirror(deployment, definition.MirrorTraffic.GetValueOrDefault(deployment.Definition.Name)))
                .Where(mirror => mirror.Percent > 0),
        ];
    }

    public WorkspaceName Workspace { get; }

    public OnlineEndpoint Definition { get; }

    public FrozenDictionary<string, ServedDeployment> Deployments { get; }

    /// <summary>All deployments, of whatever model.</summary>
    public TrafficSplit All { get; }

    /// <summary>Who gets copies of how many of the requests that others answer.</summary>
    public Mirror[] Mirrors { get; }

    public IEnumerable<string> Models => _byModel.Keys;

    /// <summary>All deployments of a model; NotFound when there is none.</summary>
    public TrafficSplit OfModel(string model) => _byModel.TryGetValue(model, out var split)
        ? split
        : throw new SlipwayException(
            ErrorCode.NotFound,
            _byModel.Count == 0
                ? NoneAnswers()
                : $"Endpoint '{Definition.Name}' does not serve model '{Short(model)}'.{Nearest.Hint(Short(model), _byModel.Keys)} "
                    + $"It serves: {string.Join(", ", _byModel.Keys.Order(StringComparer.Ordinal))}.");

    /// <summary>Chooses who answers.</summary>
    public ServedDeployment Choose(InferTarget target)
    {
        var (model, version) = (target.Model, target.Version);
        var split = model is null ? All : OfModel(model);
        if (target.Pinned is not null)
            return Pinned(split, target.Pinned, version);
        if (version is not null)
            return OfVersion(split, model, version);
        return split.Total > 0
            ? CallersKey(target) is { } key ? split.PickFor(Definition.Name, key) : split.Pick(Random.Shared.Next(split.Total))
            : throw new SlipwayException(
                ErrorCode.Unavailable,
                split.Deployments.Count == 0 ? NoneAnswers() : $"No traffic goes to {(model is null ? "any model" : $"model '{model}'")} of endpoint '{Definition.Name}'; set the traffic of one of: "
                + $"{string.Join(", ", split.Deployments.Select(deployment => deployment.Definition.Name))}.");
    }

    /// <summary>Whether each deployment that gets traffic is loaded.</summary>
    public bool IsReady => Definition.Traffic.All(pair => pair.Value == 0 || Deployments.ContainsKey(pair.Key));

    public bool IsModelReady(string model, string? version)
    {
        var split = OfModel(model);
        return version is null ? split.Total > 0 : split.Deployments.Any(deployment => deployment.Model.VersionText == version);
    }

    public IEnumerable<int> VersionsOf(string model) =>
        OfModel(model).Deployments.Select(deployment => deployment.Model.Version).Distinct().Order();

    /// <summary>The deployment whose tensors stand for the model's, or the endpoint's: of the version, or the one with most traffic.</summary>
    public ServedDeployment Shown(string? model, string? version) => version is not null
        ? Choose(model, version, pinned: null)
        : (model is null ? All : OfModel(model)).Deployments.MaxBy(deployment => Definition.Traffic.GetValueOrDefault(deployment.Definition.Name))
            ?? throw SlipwayException.NotFound("A loaded deployment of endpoint", Definition.Name);

    public ServedDeployment Choose(string? model, string? version, string? pinned) =>
        Choose(new InferTarget(Workspace, Definition.Name, model, version, pinned));

    private string? CallersKey(InferTarget target) =>
        Definition.Settings.AffinityHeader is { } header && target.Headers is { } headers
        && headers.TryGetValue(header, out var values) && values.ToString() is { Length: > 0 } key
            ? key
            : Definition.Settings.AffinityColumn is { } column ? AffinityColumn.Find(target.Json, column) : null;

    /// <summary>Counters by model and version.</summary>
    public IReadOnlyList<ModelStatistics> Statistics(string? model, string? version)
    {
        var split = model is null ? All : OfModel(model);
        var chosen = version is null ? split.Deployments : [OfVersion(split, model, version)];
        return
        [
            .. chosen.GroupBy(deployment => (deployment.Model.Name, deployment.Model.Version)).OrderBy(group => group.Key)
                .Select(ModelStatistics.Of),
        ];
    }

    private static ServedDeployment OfVersion(TrafficSplit split, string? model, string version)
    {
        ServedDeployment? found = null;
        foreach (var deployment in split.Deployments)
        {
            if (deployment.Model.VersionText == version)
                found = deployment;
        }

        return found ?? throw new SlipwayException(
            ErrorCode.NotFound,
            $"Version '{Short(version)}'{(model is null ? "" : $" of model '{model}'")} is not deployed here. Deployed: "
            + $"{string.Join(", ", split.Deployments.Select(deployment => deployment.Model.VersionText).Distinct())}.");
    }

    private ServedDeployment Pinned(TrafficSplit split, string pinned, string? version)
    {
        if (!Deployments.TryGetValue(pinned, out var found))
        {
            throw new SlipwayException(
                ErrorCode.NotFound,
                $"Endpoint '{Definition.Name}' has no deployment '{Short(pinned)}'.{Nearest.Hint(Short(pinned), Deployments.Keys)} "
                + $"It has: {string.Join(", ", Deployments.Keys.Order(StringComparer.Ordinal))}.");
        }

        return split.Deployments.Contains(found) && (version is null || version == found.Model.VersionText)
            ? found
            : throw new SlipwayException(
                ErrorCode.NotFound,
                $"Deployment '{pinned}' serves {found.Model.Name} version {found.Model.VersionText}, not what the address names.");
    }

    private string NoneAnswers() => Definition.Deployments.Count == 0
        ? $"Endpoint '{Definition.Name}' has no deployment."
        : $"No deployment of endpoint '{Definition.Name}' answers. Not in memory: {string.Join(", ", Definition.Deployments.Select(deployment => deployment.Name))}; "
            + "where one could not be loaded, the server's log tells why.";

    private static string Short(string text) => text.Length <= 64 ? text : text[..61] + "...";
}

/// <summary>A deployment that gets copies of some percent of the requests.</summary>
internal readonly record struct Mirror(ServedDeployment Deployment, int Percent);
