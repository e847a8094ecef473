using System.Text.Json;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Slipway.Kernel;
using Slipway.Serving.Collection;
using Slipway.Serving.Contracts;
using Slipway.Serving.Online;
using Slipway.Serving.Routing;

namespace Slipway.Serving.Edge;

/// <summary>
/// Answers by what the control plane said last: at the start by what is kept in the home, and then by what it says when something
/// changes. While it is away nothing changes.
/// </summary>
internal sealed partial class FollowControlPlane(
    ControlPlane plane,
    PulledVersions versions,
    CredentialStore credentials,
    MaskKey maskKey,
    RecordedDeployments recorded,
    RetireDeployments retire,
    RoutingTable table,
    EdgeOptions options,
    TimeProvider time,
    ILogger<FollowControlPlane> logger) : BackgroundService
{
    private static readonly TimeSpan s_leastPause = TimeSpan.FromSeconds(1), s_mostPause = TimeSpan.FromSeconds(15);
    private string? _revision;
    private string? _trouble;

    /// <summary>The configuration by which it answers; "" without one.</summary>
    public string Revision => _revision ?? "";

    private string CacheFile => Path.Combine(options.Home, "configuration.json");

    /// <summary>It listens once it can answer.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (File.Exists(CacheFile))
            await ApplyAsync(await File.ReadAllBytesAsync(CacheFile, cancellationToken), isNew: false, cancellationToken);
        else
            await FollowOnceAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pause = TimeSpan.Zero;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await FollowOnceAsync(stoppingToken);
                if (_trouble is not null)
                    Log.FollowedAgain(logger);
                (_trouble, pause) = (null, TimeSpan.Zero);
            }
            catch (SlipwayException exception) when (exception.Code == ErrorCode.NotFound)
            {
                if (_revision is not null)
                    await EndAsync(stoppingToken);
                pause = s_mostPause;
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                // What is known goes on answering, whatever is wrong over there.
                if (exception.Message != _trouble)
                    Log.NotFollowed(logger, exception.Message);
                _trouble = exception.Message;
                pause = pause == TimeSpan.Zero ? s_leastPause : TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, s_mostPause.Ticks));
            }

            await Task.Delay(pause, time, stoppingToken);
        }
    }

    private async Task FollowOnceAsync(CancellationToken ct)
    {
        if (await plane.FindConfigurationAsync(_revision, ct) is var (json, _))
            await ApplyAsync(json, isNew: true, ct);
    }

    private async Task ApplyAsync(byte[] json, bool isNew, CancellationToken ct)
    {
        var configuration = JsonSerializer.Deserialize(json, EdgeJson.Default.EdgeConfiguration)!;
        foreach (var deployment in configuration.Deployments)
        {
            versions.Know(deployment);
            if (isNew)
                await versions.PullAsync(deployment, ct);
        }

        await credentials.ReplaceAsync(Caller.System, options.Endpoint, configuration.Credentials, ct);
        if (configuration.MaskKey is { } key)
            await maskKey.SetAsync(WorkspaceName.Default, key, ct);
        var gone = await recorded.ApplyAsync(WorkspaceName.Default, Endpoint(configuration), ct);
        if (isNew)
            await SaveAsync(json, ct);
        versions.Keep(configuration.Deployments);
        _revision = Data.Digest.Of(json).ToString();
        Log.Followed(logger, configuration.Endpoint, _revision);
        await retire.DrainAsync(gone, ct);
    }

    // A rename is whole or not at all.
    private async Task SaveAsync(byte[] json, CancellationToken ct)
    {
        await File.WriteAllBytesAsync(CacheFile + ".new", json, ct);
        File.Move(CacheFile + ".new", CacheFile, overwrite: true);
    }

    // The endpoint was deleted over there: nobody is to be answered in its name.
    private async Task EndAsync(CancellationToken ct)
    {
        IReadOnlyList<ServedDeployment> gone = [.. table.Find(WorkspaceName.Default, options.Endpoint)?.Deployments.Values ?? []];
        table.Remove(WorkspaceName.Default, options.Endpoint);
        File.Delete(CacheFile);
        versions.Keep([]);
        _revision = null;
        Log.Gone(logger, options.Endpoint);
        await retire.DrainAsync(gone, ct);
    }

    private static OnlineEndpoint Endpoint(EdgeConfiguration configuration) => new()
    {
        Name = configuration.Endpoint,
        Collect = Enum.Parse<CollectMode>(configuration.Collect),
        Traffic = configuration.Traffic,
        MirrorTraffic = configuration.MirrorTraffic,
        Settings = configuration.Settings,
        CreatedAt = DateTimeOffset.UnixEpoch,
        Deployments =
        [
            .. configuration.Deployments.Select(deployment => new OnlineDeployment
            {
                Endpoint = configuration.Endpoint,
                Name = deployment.Name,
                Model = deployment.Model,
                ModelVersion = deployment.ModelVersion,
                State = EndpointStore.Succeeded,
                CreatedAt = deployment.CreatedAt,
                Settings = deployment.Settings,
            }),
        ],
    };

    private static partial class Log
    {
        [LoggerMessage(7020, LogLevel.Information, "Endpoint {Endpoint} answers by configuration {Revision}")]
        public static partial void Followed(ILogger logger, string endpoint, string revision);

        [LoggerMessage(7021, LogLevel.Warning, "The control plane could not be followed, what is known goes on answering: {Why}")]
        public static partial void NotFollowed(ILogger logger, string why);

        [LoggerMessage(7026, LogLevel.Information, "The control plane is followed again")]
        public static partial void FollowedAgain(ILogger logger);

        [LoggerMessage(7022, LogLevel.Warning, "Endpoint {Endpoint} does not exist any more and is not answered")]
        public static partial void Gone(ILogger logger, string endpoint);
    }
}
