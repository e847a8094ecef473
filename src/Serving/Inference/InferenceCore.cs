using System.Runtime.CompilerServices;
using Slipway.Kernel;
using Slipway.Serving.Collection;
using Slipway.Serving.Contracts;
using Slipway.Serving.Mirroring;
using Slipway.Serving.Routing;
using Slipway.Serving.Runtimes;

namespace Slipway.Serving.Inference;

/// <summary>The hot path of every protocol: a deployment, a slot, the run, collection, counters.</summary>
internal sealed class InferenceCore(RoutingTable table, Collector collector, Shadowing shadowing, TimeProvider time)
{
    /// <summary>Answers one request, whose bytes are all there: a client that dawdles must not keep a deployment from being removed.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask InferAsync<TExchange>(InferTarget target, TExchange exchange, CancellationToken ct)
        where TExchange : struct, IInferExchange
    {
        var deployment = table.Acquire(target, out var endpoint);
        var begun = time.GetTimestamp();
        try
        {
            var isKept = RequestNames.IsKept(target.Headers);
            var mirrored = target.Pinned is null && isKept ? endpoint : null;
            if (deployment.Definition.Settings.RequestTimeoutMilliseconds is { } limit)
                await WithinAsync(limit, exchange, deployment, endpoint, mirrored, isKept, begun, ct);
            else
                await AnswerAsync(exchange, deployment, endpoint, mirrored, isKept, begun, ct);
        }
        catch
        {
            deployment.Counters.Refused(time.GetTimestamp() - begun);
            throw;
        }
        finally
        {
            deployment.Release();
        }
    }

    private async ValueTask WithinAsync<TExchange>(
        int milliseconds, TExchange exchange, ServedDeployment deployment, ServedEndpoint endpoint, ServedEndpoint? mirrored, bool isKept,
        long begun, CancellationToken ct)
        where TExchange : struct, IInferExchange
    {
        using var timer = new CancellationTokenSource(TimeSpan.FromMilliseconds(milliseconds), time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct, timer.Token);
        try
        {
            await AnswerAsync(exchange, deployment, endpoint, mirrored, isKept, begun, limit.Token);
        }
        catch (OperationCanceledException exception) when (timer.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            throw TooLate(deployment, milliseconds, exception);
        }
    }

    private static SlipwayException TooLate(ServedDeployment deployment, int milliseconds, Exception? exception) => new(
        ErrorCode.Timeout, $"Deployment '{deployment.Definition.Name}' did not answer within {milliseconds} ms.", exception);

    /// <param name="mirrored">The endpoint whose shadows get a copy; null: none does.</param>
    /// <param name="isKept">False: the caller does not want it collected.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask AnswerAsync<TExchange>(
        TExchange exchange, ServedDeployment deployment, ServedEndpoint endpoint, ServedEndpoint? mirrored, bool isKept, long begun,
        CancellationToken ct)
        where TExchange : struct, IInferExchange
    {
        var slot = await deployment.Slots.RentAsync(ct);
        try
        {
            var taken = time.GetTimestamp();
            if (slot.Model.Bodies is { } bodies && exchange.Body is { } body)
            {
                await PassAsync(exchange, bodies, body, deployment, new Stages(taken - begun, 0, 0, 0), ct);
                return;
            }

            slot.Begin();
            slot.Model.CheckSignature();
            exchange.Read(slot);
            var read = time.GetTimestamp();
            await slot.RunAsync(ct);
            var ran = time.GetTimestamp();

            // Where every thread is at work, the timer is late.
            if (deployment.Definition.Settings.RequestTimeoutMilliseconds is { } limit && time.GetElapsedTime(begun, ran).TotalMilliseconds > limit)
                throw TooLate(deployment, limit, null);
            var id = slot.RequestId ??= Ids.New(time);
            var happened = slot.EventTime ?? time.GetUtcNow();
            var collect = endpoint.Definition.Collect;
            if (collect != CollectMode.Off && !await collector.AddAsync(deployment.Collected, collect, isKept, slot, id, happened, ct))
                deployment.Counters.Drop(slot.Rows);
            if (collect != CollectMode.Off)
                deployment.Profile?.Record(slot, happened, isKept);
            if (mirrored is { Mirrors.Length: > 0 })
                shadowing.Offer(mirrored, deployment, slot, id, happened);
            exchange.Write(slot, deployment);
            var written = time.GetTimestamp();
            deployment.Counters.Answered(slot.Rows, new Stages(taken - begun, read - taken, ran - read, written - ran), time);
        }
        finally
        {
            deployment.Slots.Return(slot);
        }
    }

    // What a model reads and writes itself has no rows that could be collected or compared.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask PassAsync<TExchange>(
        TExchange exchange, IBodyModel bodies, BodyRequest body, ServedDeployment deployment, Stages waited, CancellationToken ct)
        where TExchange : struct, IInferExchange
    {
        var taken = time.GetTimestamp();
        using var answer = await bodies.AnswerAsync(body, ct);
        var ran = time.GetTimestamp();
        exchange.Write(answer, deployment);
        deployment.Counters.Answered(rows: 1, waited with { Infer = ran - taken, Output = time.GetTimestamp() - ran }, time);
    }
}

/// <summary>Ticks of a request: waiting for a slot, reading, running, collecting and writing.</summary>
internal readonly record struct Stages(long Queue, long Input, long Infer, long Output)
{
    public long Total => Queue + Input + Infer + Output;
}
