using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;

namespace Slipway.Serving.Protocol.Grpc;

/// <summary>Calls of one request and one answer, and what all calls have in common: the deadline and the end.</summary>
internal sealed class GrpcUnary(BodyMemory memory, TimeProvider time)
{
    public void Map<TRequest, TAnswer>(
        IEndpointRouteBuilder routes, string method, Func<HttpContext, TRequest, CancellationToken, ValueTask<TAnswer>> answer)
        where TRequest : IMessage<TRequest>, new()
        where TAnswer : IMessage<TAnswer> =>
        routes.MapPost(method, context => RunAsync(context, async (frames, ct) =>
        {
            using var message = await frames.ReadOnlyAsync(ct);
            var answered = await answer(context, Parse<TRequest>(message.Span), ct);
            frames.Write(answered.ToByteArray());
        }));

    /// <summary>Runs a call within its deadline and ends it with status 0; a refusal ends it as the routes' error shape does.</summary>
    public async Task RunAsync(HttpContext context, Func<GrpcFrames, CancellationToken, ValueTask> call)
    {
        try
        {
            await RunWithinAsync(context, new GrpcFrames(context, memory), call);
            GrpcStatus.End(context, 0, message: null);
        }
        catch (SlipwayException refusal) when (context.Response.HasStarted)
        {
            // A stream that has been answered in part: its end says why there is no more.
            GrpcStatus.End(context, GrpcStatus.Of(refusal.Code), refusal.Message);
        }
    }

    private async Task RunWithinAsync(HttpContext context, GrpcFrames frames, Func<GrpcFrames, CancellationToken, ValueTask> call)
    {
        var timeout = GrpcDeadline.Parse(context.Request.Headers["grpc-timeout"]);
        if (timeout is null)
        {
            await call(frames, context.RequestAborted);
        }
        else
        {
            using var timer = new CancellationTokenSource(timeout.Value, time);
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, timer.Token);
            try
            {
                await call(frames, deadline.Token);
            }
            catch (OperationCanceledException exception) when (timer.IsCancellationRequested)
            {
                throw new SlipwayException(ErrorCode.Timeout, "The call took longer than its deadline.", exception);
            }
        }
    }

    public static TRequest Parse<TRequest>(ReadOnlySpan<byte> message)
        where TRequest : IMessage<TRequest>, new()
    {
        try
        {
            var parsed = new TRequest();
            parsed.MergeFrom(message);
            return parsed;
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw new SlipwayException(ErrorCode.InvalidParameter, $"The message is no {typeof(TRequest).Name}: {exception.Message}", exception);
        }
    }
}
