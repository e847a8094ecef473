using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Monitoring.Contracts;
using Slipway.Security.Contracts;

namespace Slipway.Monitoring.Notifications;

/// <summary>POST /api/v1/receivers/{name}/test: one message, now, of an alert that is none; the answer tells what came of it.</summary>
internal sealed class TestReceiver(
    ReceiverStore receivers, MessageDelivery message, IDeliveries deliveries, IAccess access, IAuditLog audit, TimeProvider time)
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/receivers/{name}/test", HandleAsync).WithName("TestReceiver").WithTags("alerts");

    public async Task<DeliveryAnswer> RunAsync(Caller caller, string name, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Write, $"receiver:{name}", ct);
        var receiver = (await receivers.GetAsync(caller.Workspace, name, ct)).Read();
        var labels = new Dictionary<string, string> { ["rule"] = "slipway-test", ["severity"] = "info" };
        var text = Message.Of(caller.Workspace.Value, name, labels, [Example(caller, labels)], [], message.Address);
        var answer = await deliveries.TryAsync(caller, message.Of(receiver, text, id: null), ct);
        await audit.AppendAsync(caller, "receiver.test", $"receiver:{name}", null, ct);
        return answer;
    }

    private static async Task<Ok<Response>> HandleAsync(string name, Caller caller, TestReceiver operation, CancellationToken ct)
    {
        var answer = await operation.RunAsync(caller, name, ct);
        return TypedResults.Ok(new Response(answer.Error is null, answer.Status, answer.Error));
    }

    private Alert Example(Caller caller, Dictionary<string, string> labels)
    {
        var now = time.GetUtcNow();
        return new Alert
        {
            Id = Ids.New(time),
            Rule = labels["rule"],
            Subject = "",
            Severity = labels["severity"],
            Labels = labels,
            Status = Alert.Firing,
            Message = $"This is a test that {caller.Principal} asked for; nothing is wrong.",
            Evidence = "receiver:test",
            EvidenceTime = now,
            Since = now,
            OpenedRun = "",
            LastRun = "",
            OpenedAt = now,
            FiredAt = now,
            UpdatedAt = now,
        };
    }

    /// <param name="Status">The receiver's status; null when it gave none.</param>
    /// <param name="Error">Why it was not taken; null when it was.</param>
    internal sealed record Response(bool Delivered, int? Status, string? Error);
}
