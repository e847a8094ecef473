using Microsoft.AspNetCore.Http;
using Slipway.Security.Http;
using Xunit;

namespace Slipway.Http.Server;

public sealed class HostGuardTests
{
    [Fact]
    public async Task Clients_by_several_names_of_this_machine_are_let_through_at_the_same_time()
    {
        var passed = 0;
        var guard = new HostGuard(_ =>
        {
            Interlocked.Increment(ref passed);
            return Task.CompletedTask;
        });

        await Task.WhenAll(new[] { "localhost:5000", "127.0.0.1:5000" }.Select(host => Task.Run(async () =>
        {
            for (var i = 0; i < 100_000; i++)
                await guard.InvokeAsync(new DefaultHttpContext { Request = { Host = new HostString(host) } });
        })));

        Assert.Equal(200_000, passed);
    }
}
