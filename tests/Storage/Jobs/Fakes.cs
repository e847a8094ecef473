using System.Collections.Concurrent;
using System.Data.Common;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Registry.Contracts;
using Slipway.Security.Contracts;
using Slipway.Shared;
using Slipway.Tracking.Contracts;

namespace Slipway.Storage.Jobs;

/// <summary>The modules beside Jobs, in memory; one set outlives several hosts of a test.</summary>
internal sealed class Neighbours(ContentStore content) : ITracking, IDataAssets, IModelRegistry, IModelHistory, IVault, IAccess, IAuditLog
{
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<string, TreeEntry[]> _artifacts = [];

    public ConcurrentDictionary<string, (Run Run, string? Parent)> Runs { get; } = [];

    public ConcurrentDictionary<string, List<MetricPoint>> Metrics { get; } = [];

    public List<DataVersion> Versions { get; } = [];

    public List<ModelVersion> Models { get; } = [];

    public List<ModelEvent> History { get; } = [];

    public Dictionary<string, string> Secrets { get; } = [];

    /// <summary>When data versions are made.</summary>
    public TimeProvider Time { get; set; } = new ManualTime(DateTimeOffset.UnixEpoch);

    public Dictionary<string, object> ByKey { get; } = [];

    public Task<Run> StartRunAsync(Caller caller, NewRun wanted, CancellationToken ct) =>
        Task.FromResult(Runs.GetOrAdd(wanted.Id!, id => (new Run
        {
            Id = id,
            ExperimentId = "1",
            Name = wanted.Name ?? id,
            Status = RunStatus.Running,
            StartedAt = TimeProvider.System.GetUtcNow(),
            Metrics = new Dictionary<string, double>(),
            Params = new Dictionary<string, string>(),
            Tags = wanted.Tags,
        }, wanted.ParentRunId)).Run);

    public Task<Run?> FindRunAsync(Caller caller, string runId, CancellationToken ct) =>
        Task.FromResult(Runs.TryGetValue(runId, out var run) ? run.Run : null);

    public Task LogAsync(
        Caller caller, string runId, IReadOnlyCollection<MetricPoint> metrics, IReadOnlyDictionary<string, string> parameters,
        IReadOnlyDictionary<string, string> tags, CancellationToken ct)
    {
        Metrics.GetOrAdd(runId, _ => []).AddRange(metrics);
        Runs.AddOrUpdate(
            runId,
            id => throw SlipwayException.NotFound("Run", id),
            (_, run) => (run.Run with
            {
                Params = run.Run.Params.Concat(parameters).ToDictionary(),
                Tags = run.Run.Tags.Concat(tags).GroupBy(tag => tag.Key).ToDictionary(tag => tag.Key, tag => tag.Last().Value),
                Metrics = run.Run.Metrics.Concat(metrics.Select(point => KeyValuePair.Create(point.Key, point.Value)))
                    .GroupBy(metric => metric.Key).ToDictionary(metric => metric.Key, metric => metric.Last().Value),
            }, run.Parent));
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<MetricPoint>> SeriesAsync(Caller caller, string runId, string key, DateTimeOffset after, CancellationToken ct) =>
        Task.FromResult<IReadOnlyList<MetricPoint>>([.. Metrics.GetValueOrDefault(runId, []).ToArray().Where(point => point.Key == key && point.Time > after)]);

    public Task<MetricPoint?> LastValueAsync(Caller caller, string runId, string key, CancellationToken ct) => throw new NotSupportedException();

    public Task<IReadOnlyList<LastValue>> LastValuesAsync(
        Caller caller, string experiment, string key, int most, CancellationToken ct) => throw new NotSupportedException();

    public Task FinishRunAsync(Caller caller, string runId, RunStatus status, CancellationToken ct)
    {
        Runs.AddOrUpdate(
            runId,
            id => throw SlipwayException.NotFound("Run", id),
            (_, run) => (run.Run with { Status = status, EndedAt = DateTimeOffset.UnixEpoch }, run.Parent));
        return Task.CompletedTask;
    }

    public async Task LogArtifactsAsync(Caller caller, string runId, string folder, Digest tree, CancellationToken ct)
    {
        var prefix = folder.Length == 0 ? "" : folder + "/";
        var files = (await content.GetTreeAsync(tree, ct)).Entries.Select(file => file with { Path = prefix + file.Path });
        _artifacts.AddOrUpdate(runId, _ => [.. files], (_, before) => [.. before.ExceptBy(files.Select(f => f.Path), f => f.Path), .. files]);
    }

    public Task<Tree> ArtifactsAsync(Caller caller, string runId, CancellationToken ct) =>
        content.PutTreeAsync(_artifacts.GetValueOrDefault(runId, []), ct);

    public Task<DataVersion> CreateAsync(Caller caller, NewDataVersion wanted, CancellationToken ct)
    {
        lock (_gate)
        {
            if (wanted.IdempotencyKey is { } key && ByKey.TryGetValue(key, out var known))
                return Task.FromResult((DataVersion)known);
            var version = new DataVersion
            {
                Workspace = caller.Workspace,
                Name = wanted.Name,
                Version = wanted.Version ?? $"{Versions.Count(other => other.Name == wanted.Name) + 1}",
                Type = wanted.Type,
                Zone = wanted.Zone,
                Tree = wanted.Tree,
                SizeBytes = 0,
                Tags = wanted.Tags,
                CreatedAt = Time.GetUtcNow(),
                CreatedBy = caller.Principal,
            };
            Versions.Add(version);
            if (wanted.IdempotencyKey is not null)
                ByKey[wanted.IdempotencyKey] = version;
            return Task.FromResult(version);
        }
    }

    public Task<DataVersion?> FindAsync(Caller caller, AssetName name, string? version, CancellationToken ct)
    {
        lock (_gate)
            return Task.FromResult(Versions.LastOrDefault(known => known.Name == name && (version is null or "latest" || known.Version == version)));
    }

    public Task<Page<DataVersion>> ListVersionsAsync(
        Caller caller, AssetName name, int limit, string? pageToken, CancellationToken ct)
    {
        lock (_gate)
            return Task.FromResult(new Page<DataVersion>([.. Versions.Where(known => known.Name == name).Reverse()], null));
    }

    public Task<IReadOnlyList<DataVersion>> ListSinceAsync(Caller caller, AssetName name, DateTimeOffset time, CancellationToken ct)
    {
        lock (_gate)
            return Task.FromResult<IReadOnlyList<DataVersion>>([.. Versions.Where(known => known.Name == name && known.AvailableAt >= time)]);
    }

    public Task<ModelVersion> RegisterAsync(Caller caller, NewModelVersion wanted, CancellationToken ct)
    {
        lock (_gate)
        {
            var version = new ModelVersion
            {
                Workspace = caller.Workspace,
                Model = wanted.Model,
                Number = Models.Count(other => other.Model == wanted.Model) + 1,
                Tree = wanted.Tree,
                Flavor = wanted.Flavor,
                RunId = wanted.RunId,
                Tags = wanted.Tags,
                Aliases = [],
                CreatedAt = DateTimeOffset.UnixEpoch,
                CreatedBy = caller.Principal,
            };
            Models.Add(version);
            return Task.FromResult(version);
        }
    }

    public Task<ModelVersion?> FindAsync(Caller caller, string reference, CancellationToken ct)
    {
        lock (_gate)
            return Task.FromResult(Models.LastOrDefault(model => $"{model.Model}:{model.Number}" == reference || $"{model.Model}@latest" == reference));
    }

    public Task SetAliasAsync(Caller caller, string model, string alias, int number, string reason, CancellationToken ct) =>
        Task.CompletedTask;

    public Task AppendAsync(
        DbTransaction transaction, Caller caller, string model, int? number, string act, string reason, string? detail, CancellationToken ct) =>
        throw new NotSupportedException();

    public Task<IReadOnlyList<ModelEvent>> ListAsync(Caller caller, string model, CancellationToken ct) =>
        Task.FromResult<IReadOnlyList<ModelEvent>>([.. History.Where(act => act.Model == model)]);

    public Task SetAsync(Caller caller, string name, string value, CancellationToken ct)
    {
        Secrets[name] = value;
        return Task.CompletedTask;
    }

    Task<string?> IVault.FindAsync(Caller caller, string name, CancellationToken ct) => Task.FromResult(Secrets.GetValueOrDefault(name));

    public Task<IReadOnlyList<string>> ListAsync(Caller caller, CancellationToken ct) => Task.FromResult<IReadOnlyList<string>>([.. Secrets.Keys]);

    public Task<bool> DeleteAsync(Caller caller, string name, CancellationToken ct) => Task.FromResult(Secrets.Remove(name));

    public Task DemandAsync(Caller caller, Permission permission, string target, CancellationToken ct) => Task.CompletedTask;

    public Task AppendAsync(Caller caller, string action, string target, string? detail, CancellationToken ct) => Task.CompletedTask;
}
