using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Slipway.Data;
using Slipway.Kernel;

namespace Slipway.Serving.Profiles;

/// <summary>Writes the profiles of this process: each minute those of the minute that is over, when a reader asks, and when the server stops.</summary>
internal sealed partial class KeepProfiles(ProfileStore store, Database database, TimeProvider time, ILogger<KeepProfiles> logger) : BackgroundService
{
    // While the database is away; a week of one deployment's minutes.
    private const int MostWaiting = 10_000;

    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly List<ProfileRecorder> _recorders = [];
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Queue<KeptProfile> _waiting = new();
    private readonly string _instance = Ids.New(time);
    private long _written;

    public void Watch(ProfileRecorder recorder)
    {
        lock (_gate)
            _recorders.Add(recorder);
    }

    /// <summary>What was answered before the call is found by a query after it.</summary>
    public Task FlushAsync(CancellationToken ct) => WriteAsync(long.MaxValue, ct);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        // The web server has stopped before: nothing more comes.
        await base.StopAsync(cancellationToken);
        try
        {
            await FlushAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            Log.NotWritten(logger, _waiting.Count, exception.Message);
        }
    }

    public override void Dispose()
    {
        _turn.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_look, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await WriteAsync(time.GetUtcNow().ToUnixTimeMilliseconds(), stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                // They stay in memory, and the next look tries again.
                if (!database.IsAway(exception))
                    Log.NotWritten(logger, _waiting.Count, exception.Message);
            }
        }
    }

    private async Task WriteAsync(long now, CancellationToken ct)
    {
        await _turn.WaitAsync(ct);
        try
        {
            Fetch(now);
            if (_waiting.Count == 0)
                return;
            await store.AddAsync([.. _waiting], ct);
            _waiting.Clear();
        }
        finally
        {
            _turn.Release();
        }
    }

    private void Fetch(long now)
    {
        ProfileRecorder[] recorders;
        lock (_gate)
            recorders = [.. _recorders];
        foreach (var recorder in recorders)
        {
            var hasEnded = recorder.HasEnded;
            foreach (var (window, profile) in recorder.Take(hasEnded ? long.MaxValue : now))
            {
                var id = string.Create(CultureInfo.InvariantCulture, $"{_instance}.{++_written}");
                _waiting.Enqueue(new KeptProfile(id, recorder.Owner, window, profile, time.UtcNow()));
            }

            if (!hasEnded)
                continue;
            lock (_gate)
                _recorders.Remove(recorder);
        }

        var lost = 0;
        for (; _waiting.Count > MostWaiting; lost++)
            _waiting.Dequeue();
        if (lost > 0)
            Log.GivenUp(logger, lost);
    }

    private static partial class Log
    {
        [LoggerMessage(7031, LogLevel.Error, "{Count} profiles of answers could not be written and wait in memory: {Why}")]
        public static partial void NotWritten(ILogger logger, int count, string why);

        [LoggerMessage(7032, LogLevel.Error, "{Count} profiles of answers were given up, since more waited for the database than may")]
        public static partial void GivenUp(ILogger logger, int count);
    }
}
