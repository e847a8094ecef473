using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Serving.Routing;

namespace Slipway.Serving.Online;

/// <summary>
/// A server serves after its start what it served before, and where several servers share a database each follows what the
/// others do to the records.
/// </summary>
internal sealed partial class FollowRecords(
    Database database,
    EndpointStore store,
    OnlineEndpoints endpoints,
    RecordedDeployments recorded,
    RetireDeployments retire,
    RoutingTable table,
    TimeProvider time,
    ILogger<FollowRecords> logger) : BackgroundService
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    // Each endpoint by itself: one whose model loads slowly must not keep the others from being followed.
    private readonly Dictionary<(WorkspaceName Workspace, string Endpoint), Task> _running = [];

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await Parallel.ForEachAsync(await store.ListAllAsync(cancellationToken), cancellationToken, async (found, ct) =>
            await recorded.ApplyAsync(found.Workspace, found.Endpoint, ct));
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // A SQLite file has one server.
        if (database.Provider == DatabaseProvider.Sqlite)
            return;
        using var timer = new PeriodicTimer(s_interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await TryAsync(() => FollowAsync(stoppingToken));
        }
        finally
        {
            await Task.WhenAll(_running.Values);
        }
    }

    private async Task TryAsync(Func<Task> follow)
    {
        try
        {
            await follow();
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // A database that is away must not end the following; requests go on by what is known.
            if (!database.IsAway(exception))
                Log.NotFollowed(logger, exception);
        }
    }

    private async Task FollowAsync(CancellationToken ct)
    {
        var found = await store.ListAllAsync(ct);
        var names = found.Select(record => (record.Workspace, record.Endpoint.Name)).ToHashSet();
        var changed = found.Where(record => !recorded.IsApplied(record.Workspace, record.Endpoint))
            .Select(record => (record.Workspace, record.Endpoint.Name))
            .Concat(table.All.Select(served => (served.Workspace, served.Definition.Name)).Where(served => !names.Contains(served)));
        foreach (var key in changed.Where(key => !_running.TryGetValue(key, out var running) || running.IsCompleted).ToList())
            _running[key] = TryAsync(() => RefreshAsync(key.Workspace, key.Name, ct));
    }

    // Reads the record anew, in turn with this server's own acts: they write first, and then change the table.
    private async Task RefreshAsync(WorkspaceName workspace, string endpoint, CancellationToken ct)
    {
        var replaced = await endpoints.ActAsync(Caller.System with { Workspace = workspace }, endpoint, async () =>
        {
            if (await store.FindAsync(workspace, endpoint, ct) is { } definition)
                return recorded.IsApplied(workspace, definition) ? [] : await recorded.ApplyAsync(workspace, definition, ct);
            IReadOnlyList<ServedDeployment> gone = [.. table.Find(workspace, endpoint)?.Deployments.Values ?? []];
            table.Remove(workspace, endpoint);
            return gone;
        }, ct);
        await retire.DrainAsync(replaced, ct);
        Log.Followed(logger, endpoint);
    }

    private static partial class Log
    {
        [LoggerMessage(7011, LogLevel.Information, "Endpoint {Endpoint} was brought in line with its record")]
        public static partial void Followed(ILogger logger, string endpoint);

        [LoggerMessage(7012, LogLevel.Warning, "The records of endpoints could not be followed")]
        public static partial void NotFollowed(ILogger logger, Exception exception);
    }
}
