namespace Slipway.Engines.DuckDb;

/// <summary>Interrupts a connection's native call when a token is cancelled.</summary>
internal sealed class Interruption : IDisposable
{
    private static readonly TimeSpan s_again = TimeSpan.FromMilliseconds(20);

    private readonly Lock _gate = new();
    private readonly DuckDbConnection _connection;
    private CancellationTokenRegistration _registration;
    private Timer? _timer;
    private bool _done;

    private Interruption(DuckDbConnection connection) => _connection = connection;

    /// <summary>Null, if the token can never be cancelled.</summary>
    public static Interruption? Start(DuckDbConnection connection, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        if (!ct.CanBeCanceled)
            return null;
        var interruption = new Interruption(connection);
        interruption._registration = ct.UnsafeRegister(
            static state => ((Interruption)state!).Begin(), interruption);
        return interruption;
    }

    public void Dispose()
    {
        lock (_gate)
        {
            // After this, no late interrupt can hit the connection's next statement.
            _done = true;
            _timer?.Dispose();
        }

        _registration.Dispose();
    }

    // DuckDB forgets an interrupt that comes just before a statement starts, so it is repeated until the call is over.
    private void Begin()
    {
        lock (_gate)
        {
            if (!_done)
                _timer = new Timer(static state => ((Interruption)state!).Interrupt(), this, TimeSpan.Zero, s_again);
        }
    }

    private void Interrupt()
    {
        lock (_gate)
        {
            if (!_done)
                _connection.Interrupt();
        }
    }
}
