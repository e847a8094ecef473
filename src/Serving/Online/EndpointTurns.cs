using Slipway.Kernel;

namespace Slipway.Serving.Online;

/// <summary>
/// Acts on one endpoint come one after the other, so that its record and the routing table agree; those on different endpoints do not
/// wait for each other, since loading a model can take minutes.
/// </summary>
internal sealed class EndpointTurns
{
    private readonly Dictionary<(WorkspaceName Workspace, string Endpoint), Turn> _turns = [];

    public async Task<T> RunAsync<T>(WorkspaceName workspace, string endpoint, Func<Task<T>> act, CancellationToken ct)
    {
        var turn = Join((workspace, endpoint));
        try
        {
            await turn.Free.WaitAsync(ct);
            try
            {
                return await act();
            }
            finally
            {
                turn.Free.Release();
            }
        }
        finally
        {
            Leave((workspace, endpoint), turn);
        }
    }

    private Turn Join((WorkspaceName Workspace, string Endpoint) key)
    {
        lock (_turns)
        {
            if (!_turns.TryGetValue(key, out var turn))
                _turns.Add(key, turn = new Turn());
            turn.Interested++;
            return turn;
        }
    }

    // Kept only while somebody acts or waits: names of endpoints that do not exist must not gather.
    private void Leave((WorkspaceName Workspace, string Endpoint) key, Turn turn)
    {
        lock (_turns)
        {
            if (--turn.Interested > 0)
                return;
            _turns.Remove(key);
            turn.Free.Dispose();
        }
    }

    private sealed class Turn
    {
        public SemaphoreSlim Free { get; } = new(1, 1);

        public int Interested { get; set; }
    }
}
