using Microsoft.Extensions.Logging;
using Slipway.Server.Http;
using Xunit;

namespace Slipway.Unit.Server;

public sealed class QuietDrainingTests
{
    private const string WebServer = "Microsoft.AspNetCore.Server.Kestrel";

    [Theory]
    [InlineData(WebServer, 67, false)]
    [InlineData(WebServer, 13, true)]
    [InlineData("Slipway.Serving", 67, true)]
    public void Only_the_line_about_a_body_that_cannot_be_read_to_its_end_is_left_out(string category, int id, bool isWritten)
    {
        var log = new Recorder();
        using var factory = new LoggerFactory([new QuietDraining(log)]);

        factory.CreateLogger(category).Log(LogLevel.Error, new EventId(id), "line", null, static (state, _) => state);

        Assert.Equal(isWritten ? ["line"] : [], log.Lines);
    }

    private sealed class Recorder : ILoggerProvider, ILogger
    {
        public List<string> Lines { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add(formatter(state, exception));

        public void Dispose()
        {
            // There is nothing to let go.
        }
    }
}
