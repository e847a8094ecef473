using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Monitoring.Alerts;
using Slipway.Monitoring.Definitions;
using Slipway.Monitoring.Rules.Sources;
using Slipway.Security.Contracts;

namespace Slipway.Monitoring.Rules;

/// <summary>POST /api/v1/alert-rules/test: what a rule, declared or not yet, says now; nothing is kept and nobody is told.</summary>
internal sealed class TestRule(RuleStore rules, EvaluateRules evaluate, Policies<IAlertSource> sources, IAccess access)
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/alert-rules/test", HandleAsync).WithName("TestAlertRule").WithTags("alerts");

    public async Task<IReadOnlyList<Condition>> RunAsync(Caller caller, Request request, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, "alert rules", ct);
        var rule = await FindAsync(caller, rules, request.Rule, request.Definition, ct);
        foreach (var value in rule.Values.Values)
            await sources.Get("type of value", value.Type).CheckAsync(caller, value, ct);
        return await evaluate.LookAsync(caller, rule, ct);
    }

    /// <summary>The definition, or else the declared rule of this name.</summary>
    public static Task<AlertRule> FindAsync(Caller caller, RuleStore rules, string? name, string? definition, CancellationToken ct) => GivenDefinition.ReadAsync(
        "a rule", definition, name, yaml => AlertRule.Read(yaml, "alert-rule.yml"), async known => (await rules.GetAsync(caller.Workspace, known, ct)).Read());

    private static async Task<Ok<Response>> HandleAsync(Request request, Caller caller, TestRule operation, CancellationToken ct) =>
        TypedResults.Ok(new Response([.. (await operation.RunAsync(caller, request, ct)).Select(Finding.Of)]));

    /// <param name="Rule">A declared one, unless a definition is given.</param>
    /// <param name="Definition">The rule as YAML.</param>
    internal sealed record Request(string? Rule = null, string? Definition = null);

    /// <param name="Findings">Empty: nothing is known of what it looks at.</param>
    internal sealed record Response(IReadOnlyList<Finding> Findings);

    /// <param name="Verdict">"alert", "ok" or "unknown".</param>
    internal sealed record Finding(string Verdict, IReadOnlyDictionary<string, string> Labels, string Message, string Evidence)
    {
        public static Finding Of(Condition condition) => new(
            condition.Holds switch { true => "alert", false => "ok", _ => "unknown" }, condition.Labels, condition.Message, condition.Evidence);
    }
}
