using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Serving.Collection;
using Slipway.Serving.Profiles;
using Slipway.Serving.Routing;

namespace Slipway.Serving.Edge;

/// <summary>
/// Brings what was collected to the control plane, oldest first, and tells what was done. While it is away segments wait in the home, up to a
/// limit; beyond it the oldest are given up and counted.
/// </summary>
internal sealed partial class SendCollected(
    ControlPlane plane,
    FollowControlPlane follow,
    SegmentStore segments,
    ProfileStore profiles,
    ContentStore content,
    IBlobStore blobs,
    RoutingTable table,
    EdgeOptions options,
    TimeProvider time,
    ILogger<SendCollected> logger) : BackgroundService
{
    // A week of one deployment's minutes.
    private const int MostProfiles = 10_000;
    private const int ProfilesAtOnce = 100;

    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(2);
    private readonly string _instance = Ids.New(time);
    private readonly DateTimeOffset _startedAt = time.GetUtcNow();
    private long _lost;
    private string? _trouble;

    private string StateFile => Path.Combine(options.Home, "spool.json");

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (File.Exists(StateFile))
            _lost = JsonSerializer.Deserialize(await File.ReadAllBytesAsync(StateFile, cancellationToken), EdgeJson.Default.SpoolState)!.LostRows;
        await base.StartAsync(cancellationToken);
    }

    /// <summary>The collector has stopped before: what it had last is sent, too, if the control plane is there.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await SendOnceAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            await SendOnceAsync(stoppingToken);
    }

    private async Task SendOnceAsync(CancellationToken ct)
    {
        try
        {
            await KeepWithinLimitAsync(ct);
            await SendAllAsync(ct);
            await SendProfilesAsync(ct);
            await plane.TellAsync(await ReportAsync(ct), ct);
            _trouble = null;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // It waits where it is; the next tick, or the next start, tries again.
            if (exception.Message != _trouble)
                Log.NotSent(logger, exception.Message);
            _trouble = exception.Message;
        }
    }

    private async Task SendAllAsync(CancellationToken ct)
    {
        foreach (var segment in await segments.ListOldestAsync(ct))
        {
            await using (var stream = await content.OpenAsync(segment.Digest, ct))
                await plane.UploadAsync(stream, ct);
            await plane.TellAsync(
                new EdgeSegment(
                    segment.Deployment!, segment.Model!, segment.ModelVersion!.Value, segment.Mirrored, segment.Digest.ToString(),
                    segment.SampledOut, segment.OptedOut, segment.Masked),
                ct);
            await ForgetAsync(segment, ct);
        }
    }

    private async Task SendProfilesAsync(CancellationToken ct)
    {
        if (await profiles.KeepAsync(MostProfiles, ct) is var lost and > 0)
            Log.ProfilesGivenUp(logger, lost);
        while (await profiles.ListOldestAsync(ProfilesAtOnce, ct) is { Count: > 0 } waiting)
        {
            foreach (var (id, owner, window, profile, _) in waiting)
                await plane.TellAsync(new EdgeProfile(id, owner.Deployment, owner.Model, owner.ModelVersion, window.Start, window.End, profile), ct);
            foreach (var told in waiting)
                await profiles.DeleteAsync(told, ct);
        }
    }

    private async Task KeepWithinLimitAsync(CancellationToken ct)
    {
        var waiting = await segments.ListOldestAsync(ct);
        var bytes = waiting.Sum(segment => segment.SizeBytes);
        foreach (var segment in waiting)
        {
            if (bytes <= options.SpoolBytes)
                return;
            await SaveAsync(new SpoolState(_lost + segment.Rows), ct);
            await ForgetAsync(segment, ct);
            _lost += segment.Rows;
            bytes -= segment.SizeBytes;
            Log.GivenUp(logger, segment.Rows, segment.Deployment!);
        }
    }

    // A rename is whole or not at all, also on a disk that is full.
    private async Task SaveAsync(SpoolState state, CancellationToken ct)
    {
        await File.WriteAllBytesAsync(StateFile + ".new", JsonSerializer.SerializeToUtf8Bytes(state, EdgeJson.Default.SpoolState), ct);
        File.Move(StateFile + ".new", StateFile, overwrite: true);
    }

    private async Task ForgetAsync(Segment segment, CancellationToken ct)
    {
        await segments.DeleteAnswersAsync(segment, ct);
        await blobs.DeleteAsync(segment.Digest, ct);
    }

    private async Task<EdgeReport> ReportAsync(CancellationToken ct)
    {
        var waiting = (await segments.ListOldestAsync(ct)).Sum(segment => segment.Rows);
        var deployments = table.Find(WorkspaceName.Default, options.Endpoint)?.Deployments.Values ?? [];
        return new EdgeReport(
            _instance, Dns.GetHostName(), _startedAt, follow.Revision, _lost, waiting, [.. deployments.OrderBy(found => found.Definition.Name).Select(Counters)]);
    }

    private static EdgeCounters Counters(ServedDeployment deployment)
    {
        var stats = deployment.Counters.Stats();
        return new EdgeCounters(
            deployment.Definition.Name, stats.Requests, stats.Rows, stats.Errors, stats.Dropped, stats.MeanMilliseconds, stats.P50Milliseconds,
            stats.P99Milliseconds);
    }

    private static partial class Log
    {
        [LoggerMessage(7023, LogLevel.Warning, "What was collected could not be sent and waits: {Why}")]
        public static partial void NotSent(ILogger logger, string why);

        [LoggerMessage(7025, LogLevel.Error, "{Count} profiles of answers were given up, since more waited for the control plane than may")]
        public static partial void ProfilesGivenUp(ILogger logger, int count);

        [LoggerMessage(7024, LogLevel.Error, "{Rows} collected rows of {Deployment} were given up, since more waited for the control plane than may")]
        public static partial void GivenUp(ILogger logger, long rows, string deployment);
    }
}

/// <summary>What must not be forgotten when the process ends.</summary>
/// <param name="LostRows">Rows that were given up since the home was made.</param>
internal sealed record SpoolState(long LostRows);
