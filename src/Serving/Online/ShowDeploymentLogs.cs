using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Serving.Routing;
using Slipway.Serving.Runtimes;

namespace Slipway.Serving.Online;

/// <summary>GET …/deployments/{name}/logs: what the deployment's processes wrote lately, as text, and perhaps what they go on to write.</summary>
internal sealed class ShowDeploymentLogs(RoutingTable table, IAccess access, TimeProvider time)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(250);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/online-endpoints/{endpoint}/deployments/{name}/logs", HandleAsync)
            .Produces<string>(contentType: "text/plain").WithTags("online-deployments").WithName("ShowOnlineDeploymentLogs");

    /// <param name="lines">The last of what is kept; null: all.</param>
    /// <param name="follow">True: the answer ends when the client does, or the deployment.</param>
    private static async Task HandleAsync(
        string endpoint, string name, Caller caller, ShowDeploymentLogs operation, HttpContext context, int? lines = null, bool follow = false)
    {
        if (lines is < 0)
            throw SlipwayException.Invalid($"lines is {lines}; it is 0 or more.");
        var ct = context.RequestAborted;
        await operation.Access.DemandAsync(caller, Permission.Read, $"endpoint:{endpoint}", ct);
        var log = (operation.Find(caller, endpoint, name) ?? throw SlipwayException.NotFound("A loaded deployment", $"{endpoint}/{name}")).Model.Log;
        context.Response.ContentType = "text/plain; charset=utf-8";
        var at = 0L;
        await context.Response.Body.WriteAsync(Last(log is null ? [] : log.ReadSince(ref at), lines), ct);
        if (follow)
            await operation.FollowAsync(caller, endpoint, name, log, at, context.Response, ct);
    }

    private IAccess Access => access;

    private ServedDeployment? Find(Caller caller, string endpoint, string name) =>
        table.Get(caller.Workspace, endpoint).Deployments.GetValueOrDefault(name);

    private async Task FollowAsync(Caller caller, string endpoint, string name, DeploymentLog? log, long at, HttpResponse response, CancellationToken ct)
    {
        await response.Body.FlushAsync(ct);
        while (table.Find(caller.Workspace, endpoint)?.Deployments.GetValueOrDefault(name) is { } found)
        {
            // Loaded anew, it has a log of its own.
            if (found.Model.Log != log)
                (log, at) = (found.Model.Log, 0);
            if (log is not null && log.ReadSince(ref at) is { Length: > 0 } news)
            {
                await response.Body.WriteAsync(news, ct);
                await response.Body.FlushAsync(ct);
            }

            await Task.Delay(s_pause, time, ct);
        }
    }

    private static ReadOnlyMemory<byte> Last(byte[] text, int? lines)
    {
        if (lines is not { } left)
            return text;
        var from = text.Length;
        for (; from > 0 && left > 0; left--)
            from = text.AsSpan(0, from - 1).LastIndexOf((byte)'\n') + 1;
        return text.AsMemory(from);
    }
}
