using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Slipway.Kernel;
using Slipway.Serving.Contracts;
using Slipway.Serving.Protocol;
using Xunit;

namespace Slipway.Unit.Serving;

public sealed class BodyMemoryTests
{
    private const int Megabyte = 1024 * 1024;
    private readonly BodyMemory _memory = new(new ServingOptions { TempFolder = "", MaxBodyMemory = 3 * Megabyte });

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Bodies_that_find_no_room_beside_others_are_refused_until_those_have_ended()
    {
        var first = await ReadAsync(Megabyte);
        var second = await ReadAsync(Megabyte);

        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => ReadAsync(Megabyte));
        first.Dispose();
        using var third = await ReadAsync(Megabyte);
        second.Dispose();

        Assert.Equal(ErrorCode.Exhausted, refusal.Code);
        Assert.Equal(Megabyte, third.Length);
    }

    [Fact]
    public async Task Small_bodies_are_read_also_when_there_is_no_room_for_large_ones()
    {
        using var large = await ReadAsync(2 * Megabyte);

        using var small = await ReadAsync(20_000);

        Assert.Equal(20_000, small.Length);
    }

    [Fact]
    public async Task A_body_that_is_only_announced_holds_nothing()
    {
        var requests = Enumerable.Range(0, 100).Select(_ => (Pipe: new Pipe(), Context: new DefaultHttpContext())).ToList();
        foreach (var (pipe, context) in requests)
        {
            context.Request.ContentLength = 64 * Megabyte;
            context.Features.Set<Microsoft.AspNetCore.Http.Features.IRequestBodyPipeFeature>(new Body(pipe.Reader));
        }

        var reading = requests.Select(request => RequestBody.ReadAsync(request.Context.Request, _memory, _memory.Limit, Ct).AsTask()).ToList();
        using var other = await ReadAsync(2 * Megabyte);

        Assert.All(reading, task => Assert.False(task.IsCompleted));
        foreach (var (pipe, _) in requests)
            await pipe.Writer.CompleteAsync();
        foreach (var task in reading)
            (await task).Dispose();
    }

    private async Task<RequestBody> ReadAsync(int length)
    {
        var context = new DefaultHttpContext { Request = { Body = new MemoryStream(new byte[length]) } };
        return await RequestBody.ReadAsync(context.Request, _memory, _memory.Limit, Ct);
    }

    private sealed record Body(PipeReader Reader) : Microsoft.AspNetCore.Http.Features.IRequestBodyPipeFeature;
}
