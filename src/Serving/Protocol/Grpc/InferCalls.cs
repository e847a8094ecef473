using System.Buffers;
using Microsoft.AspNetCore.Http;
using Slipway.Kernel;
using Slipway.Serving.Contracts;
using Slipway.Serving.Inference;
using Slipway.Serving.Routing;
using Slipway.Serving.Scoring;

namespace Slipway.Serving.Protocol.Grpc;

/// <summary>ModelInfer and ModelStreamInfer: the hot path over gRPC.</summary>
internal sealed class InferCalls(GrpcEndpoints endpoints, InferenceCore core, GrpcUnary unary, ServingOptions options)
{
    public Task InferAsync(HttpContext context) => unary.RunAsync(context, async (frames, ct) =>
    {
        using var message = await frames.ReadOnlyAsync(ct);
        await core.InferAsync(await TargetAsync(context, message, ct), new Exchange(context, frames, message, options.MaxRows, streams: false), ct);
        await context.Response.BodyWriter.FlushAsync(ct);
    });

    public Task StreamAsync(HttpContext context) => unary.RunAsync(context, async (frames, ct) =>
    {
        frames.AllowStreaming();
        await context.Response.StartAsync(ct);
        while (await frames.ReadAsync(ct) is { } message)
        {
            using (message)
                await AnswerAsync(context, frames, message, ct);
            await context.Response.BodyWriter.FlushAsync(ct);
        }
    });

    private async ValueTask AnswerAsync(HttpContext context, GrpcFrames frames, RequestBody message, CancellationToken ct)
    {
        try
        {
            var target = await TargetAsync(context, message, ct);
            await core.InferAsync(target, new Exchange(context, frames, message, options.MaxRows, streams: true), ct);
        }
        catch (SlipwayException refusal)
        {
            // One bad request in a stream gets its error; the requests behind it are answered.
            var answer = new ProtoBuilder();
            answer.Text(1, refusal.Message);
            frames.Write(answer.Written);
        }
    }

    private async ValueTask<InferTarget> TargetAsync(HttpContext context, RequestBody message, CancellationToken ct)
    {
        var (model, version) = ModelInferReader.Target(message.Span);
        var (caller, endpoint) = await endpoints.GetAsync(context, model, ct);
        var pinned = context.Request.Headers.TryGetValue(InferRoute.PinHeader, out var header) ? header.ToString() : null;
        return new InferTarget(caller.Workspace, endpoint.Definition.Name, model, version, pinned) { Headers = context.Request.Headers };
    }

    private readonly struct Exchange(HttpContext context, GrpcFrames frames, RequestBody message, int maxRows, bool streams) : IInferExchange
    {
        public void Read(ScoringSlot slot) => ModelInferReader.Read(message.Span, slot, maxRows);

        public void Write(ScoringSlot slot, ServedDeployment deployment)
        {
            if (!context.Response.HasStarted)
                context.Response.Headers[InferRoute.DeploymentHeader] = deployment.Definition.Name;
            var length = ModelInferWriter.Build(slot);
            if (frames.Compresses)
            {
                var whole = new ArrayBufferWriter<byte>();
                WriteMessage(slot, length, whole);
                frames.Write(whole.WrittenSpan);
                return;
            }

            // ModelStreamInferResponse has the answer in field 2: one byte for the tag.
            frames.WriteHead(streams ? length + 1 + ProtoBuilder.VarintLength((ulong)length) : length);
            WriteMessage(slot, length, context.Response.BodyWriter);
        }

        private void WriteMessage(ScoringSlot slot, long length, IBufferWriter<byte> writer)
        {
            if (streams)
            {
                slot.Tensor.Clear();
                slot.Tensor.Begin(2, length);
                writer.Write(slot.Tensor.Written);
            }

            ModelInferWriter.Write(slot, writer);
        }
    }
}
