using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Serving.Online;

namespace Slipway.Serving.Edge;

/// <summary>
/// PUT …/online-endpoints/{endpoint}/instances/{instance}: a data plane elsewhere tells what it has done; GET …/instances lists what they told
/// last.
/// </summary>
internal sealed class TakeReport(EndpointStore endpoints, InstanceStore instances, IAccess access)
{
    private const int MostDeployments = 1000, LongestName = 200;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPut("/online-endpoints/{endpoint}/instances/{instance}", HandleAsync).WithMetadata(new ExcludeFromDescriptionAttribute());
        routes.MapGet("/online-endpoints/{endpoint}/instances", ListAsync).WithName("ListEndpointInstances").WithTags("online-endpoints");
    }

    private static async Task<NoContent> HandleAsync(
        string endpoint, string instance, HttpContext context, Caller caller, TakeReport operation, CancellationToken ct)
    {
        var report = await JsonSerializer.DeserializeAsync(context.Request.Body, EdgeJson.Default.EdgeReport, ct) ?? throw SlipwayException.Invalid("The report is empty.");
        await operation.RunAsync(caller, endpoint, report with { Instance = instance }, ct);
        return TypedResults.NoContent();
    }

    private static async Task<Ok<Listing>> ListAsync(string endpoint, Caller caller, TakeReport operation, CancellationToken ct) =>
        TypedResults.Ok(new Listing(await operation.InstancesAsync(caller, endpoint, ct)));

    private async Task RunAsync(Caller caller, string endpoint, EdgeReport report, CancellationToken ct)
    {
        await CheckAsync(caller, Permission.Write, endpoint, ct);
        if (!Guid.TryParseExact(report.Instance, "N", out _))
            throw SlipwayException.Invalid("An instance is named by a UUID of 32 hexadecimal digits, which it makes at its start.");
        if (report.Host is not { Length: <= LongestName } || report.Deployments is not { Count: <= MostDeployments })
            throw SlipwayException.Invalid($"A report has a host of at most {LongestName} characters and at most {MostDeployments} deployments.");
        await instances.PutAsync(caller.Workspace, endpoint, report, ct);
    }

    private async Task<IReadOnlyList<Instance>> InstancesAsync(Caller caller, string endpoint, CancellationToken ct)
    {
        await CheckAsync(caller, Permission.Read, endpoint, ct);
        return
        [
            .. (await instances.ListAsync(caller.Workspace, endpoint, ct)).Select(found =>
            {
                var report = JsonSerializer.Deserialize(found.Report, EdgeJson.Default.EdgeReport)!;
                return new Instance(
                    report.Instance, report.Host, report.StartedAt, found.SeenAt.ToTime(), report.Revision, report.LostRows, report.WaitingRows,
                    report.Deployments);
            }),
        ];
    }

    private async Task CheckAsync(Caller caller, Permission permission, string endpoint, CancellationToken ct)
    {
        await access.DemandAsync(caller, permission, $"endpoint:{endpoint}", ct);
        _ = await endpoints.FindAsync(caller.Workspace, endpoint, ct) ?? throw SlipwayException.NotFound("Endpoint", endpoint);
    }

    public sealed record Listing(IReadOnlyList<Instance> Instances);

    public sealed record Instance(
        string Name,
        string Host,
        DateTimeOffset StartedAt,
        DateTimeOffset SeenAt,
        string Revision,
        long LostRows,
        long WaitingRows,
        IReadOnlyList<EdgeCounters> Deployments);
}
