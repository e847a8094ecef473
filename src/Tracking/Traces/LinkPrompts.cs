using System.Data;
using Microsoft.AspNetCore.Routing;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Tracking.Traces;

/// <summary>Says which versions of prompts a trace used; traces are searched by them.</summary>
internal sealed class LinkPrompts(Database database, IAccess access) : IMlflowOperation
{
    private const int MostPrompts = 100;

    public static void Map(IEndpointRouteBuilder routes) => routes.MapMlflow<LinkPrompts>("POST", "/2.0/mlflow/traces/link-prompts");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var traceId = call.Fields.Required("trace_id");
        var prompts = call.Fields.Objects("prompt_versions").Select(Reference).Distinct().Order(StringComparer.Ordinal).ToList();
        if (prompts.Count == 0)
            throw MlflowFields.Missing("prompt_versions");
        if (prompts.Count > MostPrompts)
            throw SlipwayException.Invalid($"Cannot link more than {MostPrompts} prompts to a trace in one request; {prompts.Count} were given.");
        await access.DemandAsync(call.Caller, Permission.Write, $"trace:{traceId}", ct);
        await database.WriteAsync(IsolationLevel.ReadCommitted, async (tx, token) =>
        {
            var trace = await TraceStore.GetAsync(tx, call.Caller.Workspace, traceId, token);
            foreach (var prompt in prompts)
            {
                await tx.ExecuteAsync(
                    "insert into trace_prompts (trace_no, prompt) values (@No, @Prompt) on conflict do nothing",
                    new { trace.No, Prompt = prompt },
                    token);
            }
        }, ct);
        await call.AnswerAsync(ct);
    }

    private static string Reference(MlflowFields prompt)
    {
        var version = prompt.Required("version");
        return version.All(char.IsAsciiDigit)
            ? $"{prompt.Required("name")}/{version}"
            : throw MlflowFields.Wrong(prompt.NameOf("version"), version, "int");
    }
}
