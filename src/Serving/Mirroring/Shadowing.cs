using Microsoft.Extensions.Logging;
using Slipway.Kernel;
using Slipway.Serving.Collection;
using Slipway.Serving.Contracts;
using Slipway.Serving.Inference;
using Slipway.Serving.Routing;
using Slipway.Serving.Scoring;

namespace Slipway.Serving.Mirroring;

/// <summary>Lets shadows answer copies of what others have answered. Their answers are kept and sent nowhere.</summary>
internal sealed partial class Shadowing(Collector collector, TimeProvider time, ILogger<Shadowing> logger)
{
    /// <summary>Copies the request in the slot for the shadows whose turn it is; never waits.</summary>
    public void Offer(ServedEndpoint endpoint, ServedDeployment answered, ScoringSlot slot, string id, DateTimeOffset eventTime)
    {
        foreach (var (shadow, percent) in endpoint.Mirrors)
        {
            if (shadow == answered || (percent < 100 && Random.Shared.Next(100) >= percent) || !shadow.TryAcquire())
                continue;
            if (shadow.Shadow.TryReserve(slot.Rows) is not { } copy)
            {
                shadow.ShadowCounters.Drop(slot.Rows);
                shadow.Release();
                continue;
            }

            copy.Take(slot, id, eventTime);
            if (shadow.Shadow.Add(copy))
                _ = Task.Run(() => AnswerAllAsync(shadow, endpoint.Definition.Collect));
        }
    }

    private async Task AnswerAllAsync(ServedDeployment shadow, CollectMode collect)
    {
        while (shadow.Shadow.Next() is { } copy)
        {
            var begun = time.GetTimestamp();
            try
            {
                await AnswerAsync(shadow, copy, collect, begun);
            }
            catch (Exception exception)
            {
                // Nobody waits for a shadow: what goes wrong is counted against it.
                shadow.ShadowCounters.Refused(time.GetTimestamp() - begun);
                if (exception is not SlipwayException { Code: ErrorCode.InvalidParameter })
                    Log.Failed(logger, exception, shadow.Definition.Node);
            }

            shadow.Shadow.Return(copy);
            shadow.Release();
        }
    }

    private async Task AnswerAsync(ServedDeployment shadow, RequestCopy copy, CollectMode collect, long begun)
    {
        var slot = await shadow.Slots.RentAsync(CancellationToken.None);
        try
        {
            var taken = time.GetTimestamp();
            copy.Fill(slot);
            var read = time.GetTimestamp();
            await slot.RunAsync(CancellationToken.None);
            var ran = time.GetTimestamp();

            // What is kept of live answers goes first, also where the endpoint would rather wait.
            if (collect != CollectMode.Off
                && !await collector.AddAsync(shadow.ShadowCollected, CollectMode.Drop, isWanted: true, slot, copy.Id, copy.EventTime, CancellationToken.None))
            {
                shadow.ShadowCounters.Drop(slot.Rows);
            }

            shadow.ShadowCounters.Answered(slot.Rows, new Stages(taken - begun, read - taken, ran - read, time.GetTimestamp() - ran), time);
        }
        finally
        {
            shadow.Slots.Return(slot);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(7003, LogLevel.Warning, "{Deployment} could not answer a copy of a request")]
        public static partial void Failed(ILogger logger, Exception exception, string deployment);
    }
}
