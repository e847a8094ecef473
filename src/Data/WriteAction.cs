using System.Data.Common;

namespace Slipway.Data;

/// <summary>One queued write, whatever it returns.</summary>
internal abstract class WriteAction(Database database, CancellationToken ct)
{
    // The action runs on the writer's flow; its caller's context (activity, culture, principal) comes along.
    private readonly ExecutionContext? _context = ExecutionContext.Capture();
    private WriteScope? _scope;

    public CancellationToken Token { get; } = ct;

    /// <summary>Runs the action in its caller's context; the result stays unseen until <see cref="Succeed"/>.</summary>
    public async Task RunAsync(DbTransaction transaction)
    {
        Token.ThrowIfCancellationRequested();
        var scope = _scope = new WriteScope(database);
        try
        {
            await Start(scope, transaction);
        }
        finally
        {
            scope.Close();
        }
    }

    /// <summary>The commit is durable: runs the effects that waited for it, then answers the caller.</summary>
    public void Succeed()
    {
        try
        {
            foreach (var effect in _scope!.Effects)
                effect();
            Answer();
        }
        catch (Exception exception)
        {
            // What was written stays written, but the caller should hear of the broken effect.
            Fail(exception);
        }
    }

    public abstract void Fail(Exception exception);

    protected abstract Task InvokeAsync(DbTransaction transaction);

    protected abstract void Answer();

    private Task Start(WriteScope scope, DbTransaction transaction)
    {
        if (_context is null)
            return InvokeAsync(transaction);

        Task? running = null;
        ExecutionContext.Run(
            _context,
            _ =>
            {
                scope.Enter();
                running = InvokeAsync(transaction);
            },
            null);
        return running!;
    }
}

internal sealed class WriteAction<T>(
    Database database, Func<DbTransaction, CancellationToken, Task<T>> action, CancellationToken ct)
    : WriteAction(database, ct)
{
    private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? _result;

    public Task<T> Task => _answer.Task;

    public override void Fail(Exception exception)
    {
        if (exception is OperationCanceledException && Token.IsCancellationRequested)
            _answer.TrySetCanceled(Token);
        else
            _answer.TrySetException(exception);
    }

    protected override async Task InvokeAsync(DbTransaction transaction) => _result = await action(transaction, Token);

    protected override void Answer() => _answer.TrySetResult(_result!);
}
