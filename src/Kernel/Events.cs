using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Slipway.Kernel;

/// <summary>Something that happened and is committed: news for the modules above.</summary>
public interface IEvent;

/// <summary>Reacts to an event of a module below. Registered in DI; a failure is logged and never undoes the event.</summary>
public interface IEventHandler<in TEvent>
    where TEvent : IEvent
{
    Task HandleAsync(TEvent happened, CancellationToken ct);
}

/// <summary>
/// Hands an event to all its handlers, one after the other, after the commit that it tells of. Handlers must bear to
/// hear the same news twice or never (the process may die in between): what must not be missed is found again by
/// looking at the records.
/// </summary>
public sealed partial class Events(IServiceProvider services, ILogger<Events> logger)
{
    public async Task RaiseAsync<TEvent>(TEvent happened, CancellationToken ct)
        where TEvent : IEvent
    {
        foreach (var handler in services.GetServices<IEventHandler<TEvent>>())
        {
            try
            {
                await handler.HandleAsync(happened, ct);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                // The act is done and recorded; a listener that fails must not make it look undone.
                Log.HandlerFailed(logger, exception, handler.GetType().Name, typeof(TEvent).Name);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1001, LogLevel.Error, "{Handler} failed on {Event}")]
        public static partial void HandlerFailed(ILogger logger, Exception exception, string handler, string @event);
    }
}
