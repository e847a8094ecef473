using Slipway.Kernel;
using Slipway.Serving.Collection;
using Slipway.Serving.Contracts;
using Slipway.Serving.Routing;
using Slipway.Serving.Scoring;

namespace Slipway.Serving.Inference;

/// <summary>The hot path of every protocol: a deployment, a slot, the run, collection, counters.</summary>
internal sealed class InferenceCore(RoutingTable table, Collector collector, TimeProvider time)
{
    /// <summary>Answers one request, whose bytes are all there: a client that dawdles must not keep a deployment from being removed.</summary>
    public async ValueTask InferAsync<TExchange>(InferTarget target, TExchange exchange, CancellationToken ct)
        where TExchange : struct, IInferExchange
    {
        var deployment = table.Acquire(target, out var collect);
        var begun = time.GetTimestamp();
        try
        {
            var slot = await deployment.Slots.RentAsync(ct);
            try
            {
                await AnswerAsync(exchange, deployment, slot, collect, begun, ct);
            }
            finally
            {
                deployment.Slots.Return(slot);
            }
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

    private async ValueTask AnswerAsync<TExchange>(
        TExchange exchange, ServedDeployment deployment, ScoringSlot slot, CollectMode collect, long begun, CancellationToken ct)
        where TExchange : struct, IInferExchange
    {
        var taken = time.GetTimestamp();
        slot.Begin();
        exchange.Read(slot);
        var read = time.GetTimestamp();
        await slot.RunAsync(ct);
        var ran = time.GetTimestamp();
        var id = slot.RequestId ??= Ids.New(time);
        if (collect != CollectMode.Off && !await collector.AddAsync(deployment, collect, slot, id, slot.EventTime ?? time.GetUtcNow(), ct))
            deployment.Counters.Drop(slot.Rows);
        exchange.Write(slot, deployment);
        var written = time.GetTimestamp();
        deployment.Counters.Answered(slot.Rows, new Stages(taken - begun, read - taken, ran - read, written - ran), time);
    }
}

/// <summary>Ticks of a request: waiting for a slot, reading, running, collecting and writing.</summary>
internal readonly record struct Stages(long Queue, long Input, long Infer, long Output)
{
    public long Total => Queue + Input + Infer + Output;
}
