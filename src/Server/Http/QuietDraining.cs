using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Slipway.Server.Http;

/// <summary>
/// A log without the line that the web server writes, with a stack trace, for each chunked request with headers behind its chunks that are no text: it tells of
/// the client's mistake, not of ours, and whoever likes to could fill the disk with it. The client is answered as before.
/// </summary>
[ProviderAlias("Console")]
internal sealed class QuietDraining(ILoggerProvider inner) : ILoggerProvider, ISupportExternalScope
{
    private const string WebServer = "Microsoft.AspNetCore.Server.Kestrel";

    // RequestBodyDrainBodyReaderInvalidState
    private const int DrainingFailed = 67;

    /// <summary>The console that was added before.</summary>
    public static void Wrap(IServiceCollection services)
    {
        var console = services.Single(service => service.ServiceType == typeof(ILoggerProvider) && service.ImplementationType == typeof(ConsoleLoggerProvider));
        services.Remove(console);
        services.AddSingleton<ILoggerProvider>(provider => new QuietDraining(ActivatorUtilities.CreateInstance<ConsoleLoggerProvider>(provider)));
    }

    public ILogger CreateLogger(string categoryName) =>
        categoryName == WebServer ? new Logger(inner.CreateLogger(categoryName)) : inner.CreateLogger(categoryName);

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => (inner as ISupportExternalScope)?.SetScopeProvider(scopeProvider);

    public void Dispose() => inner.Dispose();

    private sealed class Logger(ILogger inner) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => inner.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Id != DrainingFailed)
                inner.Log(logLevel, eventId, state, exception, formatter);
        }
    }
}
