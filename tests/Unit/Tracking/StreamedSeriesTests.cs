using System.IO.Pipelines;
using Slipway.Tracking.Api;
using Slipway.Tracking.Metrics;
using Xunit;

namespace Slipway.Unit.Tracking;

public sealed class StreamedSeriesTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_series_without_end_is_read_only_as_far_as_the_client_takes_it(bool asLines)
    {
        var read = 0;
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 64 * 1024));
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Ct);

        var writing = asLines
            ? ListPoints.WriteAsync(pipe.Writer, Points(), end.Token)
            : GetMetricHistory.WriteAsync(pipe.Writer, "loss", Points(), 0, "scope", end.Token);
        var first = await pipe.Reader.ReadAsync(Ct);

        Assert.False(writing.IsCompleted);
        Assert.InRange(first.Buffer.Length, 32 * 1024, 128 * 1024);
        Assert.InRange(read, 100, 5000);
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing);

        // Ends by itself, so that a writer that never waits fails the test instead of the machine.
        async IAsyncEnumerable<StoredPoint> Points()
        {
            for (; read < 100_000; read++)
            {
                await Task.CompletedTask;
                yield return StoredPoint.Of(1, read / 8.0, 1_700_000_000_000 + read, read);
            }
        }
    }
}
