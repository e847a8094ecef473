using Slipway.Kernel;
using Slipway.Serving.Online;
using Xunit;

namespace Slipway.Unit.Serving;

public sealed class EndpointTurnsTests
{
    private readonly EndpointTurns _turns = new();
    private readonly TaskCompletionSource _loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_act_does_not_wait_for_a_slow_one_on_another_endpoint()
    {
        var slow = ActAsync("slow", LoadAsync);

        var quick = await ActAsync("quick", () => Task.FromResult(2));

        Assert.Equal(2, quick);
        Assert.False(slow.IsCompleted);
        _loaded.SetResult();
        Assert.Equal(1, await slow);
    }

    [Fact]
    public async Task Acts_on_one_endpoint_come_one_after_the_other()
    {
        var first = ActAsync("flights", LoadAsync);
        var second = ActAsync("flights", () => Task.FromResult(first.IsCompleted));

        _loaded.SetResult();

        Assert.Equal(1, await first);
        Assert.True(await second);
    }

    [Fact]
    public async Task An_act_that_fails_or_is_given_up_lets_the_next_one_in()
    {
        using var impatient = new CancellationTokenSource();
        var first = ActAsync("flights", LoadAsync);
        var given = _turns.RunAsync(WorkspaceName.Default, "flights", () => Task.FromResult(0), impatient.Token);
        await impatient.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        _loaded.SetException(new InvalidOperationException("no memory"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => first);
        Assert.Equal(3, await ActAsync("flights", () => Task.FromResult(3)));
    }

    private Task<T> ActAsync<T>(string endpoint, Func<Task<T>> act) => _turns.RunAsync(WorkspaceName.Default, endpoint, act, Ct);

    private async Task<int> LoadAsync()
    {
        await _loaded.Task;
        return 1;
    }
}
