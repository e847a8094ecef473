using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Slipway.Data;

/// <summary>
/// Tells once for all parts of a server that the database is away: at once, then ever more seldom, and when it is back; and that it has no
/// connection left, which comes and goes, once in a while.
/// </summary>
internal sealed partial class DatabaseWatch(Database database, TimeProvider time, ILogger<DatabaseWatch> logger) : BackgroundService
{
    private const int Growth = 3;

    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_firstPause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan s_betweenWarnings = TimeSpan.FromMinutes(1);

    private DateTimeOffset? _since;
    private DateTimeOffset _nextWord;
    private DateTimeOffset _nextWarning;
    private TimeSpan _pause;

    /// <summary>One look at what the parts of the server met.</summary>
    public void Look()
    {
        var now = time.GetUtcNow();
        LookAtConnections(now);
        if (database.Away is not { } why)
        {
            if (_since is { } then)
                Log.Back(logger, (now - then).TotalSeconds);
            _since = null;
            return;
        }

        if (_since is not null && now < _nextWord)
            return;
        _pause = _since is null ? s_firstPause : _pause * Growth < s_longestPause ? _pause * Growth : s_longestPause;
        _since ??= now;
        _nextWord = now + _pause;
        Log.Away(logger, _since.Value, why);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_look, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            Look();
    }

    private void LookAtConnections(DateTimeOffset now)
    {
        // Who waits behind those that try to reach a database that is away finds no connection either.
        if (database.TakeExhausted() is not { } why || database.Away is not null || now < _nextWarning)
            return;
        _nextWarning = now + s_betweenWarnings;
        Log.Exhausted(logger, why);
    }

    private static partial class Log
    {
        [LoggerMessage(1120, LogLevel.Error, "The database has been away since {Since:u}; the server goes on when it is back. {Why}")]
        public static partial void Away(ILogger logger, DateTimeOffset since, string why);

        [LoggerMessage(1121, LogLevel.Warning, "The database is back after {Seconds:0} s")]
        public static partial void Back(ILogger logger, double seconds);

        [LoggerMessage(1123, LogLevel.Warning, "Some found no free connection to the database. {Why}")]
        public static partial void Exhausted(ILogger logger, string why);
    }
}
