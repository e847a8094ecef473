using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Data;
using Slipway.Etl.Contracts;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Etl.Incremental;

/// <summary>
/// POST /api/v1/dataflows: checks a dataflow with the job of its windows, and keeps it. One of this name that exists becomes this one and
/// keeps its windows; DELETE forgets it.
/// </summary>
internal sealed class CreateDataflow(
    DataflowStore store, IServiceProvider services, IAccess access, IAuditLog audit, TimeProvider time)
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/dataflows", HandleAsync).WithName("CreateDataflow").WithTags("dataflows");
        routes.MapDelete("/dataflows/{name}", DeleteAsync).WithName("DeleteDataflow").WithTags("dataflows");
    }

    private static async Task<Created<DataflowWire>> HandleAsync(Caller caller, Request request, CreateDataflow operation, CancellationToken ct)
    {
        var kept = await operation.RunAsync(caller, request, ct);
        return TypedResults.Created($"/api/v1/dataflows/{kept.Name}", DataflowWire.Of(kept));
    }

    private static async Task<NoContent> DeleteAsync(Caller caller, string name, CreateDataflow operation, CancellationToken ct)
    {
        await operation.RemoveAsync(caller, name, ct);
        return TypedResults.NoContent();
    }

    public async Task<Dataflow> RunAsync(Caller caller, Request request, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Write, "dataflow:new", ct);
        var source = request.Source ?? "dataflow.yml";
        var now = time.UtcNow();
        var definition = DataflowFile.Read(request.Yaml, source);
        var dataflow = new Dataflow
        {
            Id = Ids.New(time),
            Workspace = caller.Workspace.Value,
            Name = Name(definition),
            Principal = caller.Principal,
            Yaml = request.Yaml,
            Source = source,
            Files = EtlJson.Write((request.Files ?? new Dictionary<string, string>()).ToDictionary(file => file.Key, file => Digest.Parse(file.Value).ToString())),
            CreatedAt = now,
            UpdatedAt = now,
        };
        var plan = WindowPlan.Of(definition);
        Check(dataflow, definition, plan);
        await CheckAxisAsync(dataflow, plan, ct);
        await CheckDependenciesAsync(dataflow, plan, ct);
        var kept = await store.PutAsync(dataflow with { NextAt = plan.IsAutomatic ? now : null }, ct);
        await audit.AppendAsync(caller, "dataflow.create", kept.Node, null, ct);
        return kept;
    }

    private async Task RemoveAsync(Caller caller, string name, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Write, $"dataflow:{name}", ct);
        var dataflow = await store.FindAsync(caller.Workspace, name, ct) ?? throw SlipwayException.NotFound("Dataflow", name);
        if (!await store.DeleteAsync(dataflow, ct))
            throw SlipwayException.Conflict($"A window of the dataflow '{name}' runs; wait for its job or cancel it first.");
        await audit.AppendAsync(caller, "dataflow.delete", dataflow.Node, null, ct);
    }

    private static string Name(JsonObject definition) => definition["name"] is JsonValue name
        ? AssetName.Parse(name.ToString()).Value
        : throw SlipwayException.Invalid("name is missing: the name of the dataflow.");

    // The step kinds are asked for late: they are made of what this module is made of.
    private void Check(Dataflow dataflow, JsonObject definition, WindowPlan plan)
    {
        var problems = Definitions.Validate(new DefinitionFile
        {
            Yaml = DataflowFile.JobYaml(dataflow.Yaml, dataflow.Source),
            Source = dataflow.Source,
            Kind = "job",
            StepKinds = [.. (IEnumerable<IStepKind>)services.GetService(typeof(IEnumerable<IStepKind>))!],
        });
        if (problems.Count > 0)
            throw SlipwayException.Invalid(string.Join('\n', problems));
        if ((string?)definition["type"] == "dataflow")
        {
            if (plan.Column is null)
                throw SlipwayException.Invalid($"{DataflowFile.Field}.column is missing: the column of the source, of times or whole numbers, by which rows belong to a window.");
            if (definition["window"] is not null)
                throw SlipwayException.Invalid($"window and {DataflowFile.Field} exclude each other: each window's bounds are given to its job.");
        }
        else if (plan.Column is not null || dataflow.Job(new Stretch(plan.StartAt, plan.StartAt), "check").Inputs.Count == 0)
        {
            throw SlipwayException.Invalid(
                $"A dataflow of several steps takes its window from its inputs: declare window_start and window_end (or one of them) under inputs, and no {DataflowFile.Field}.column.");
        }
        else if (plan is NumberPlan numbers)
        {
            CheckSteps(definition, numbers);
        }
    }

    // What the watermark becomes is told by the one step that moves the window.
    private static void CheckSteps(JsonObject definition, NumberPlan plan)
    {
        var steps = (definition["jobs"] as JsonObject ?? []).Count(step =>
            step.Value?["window"]?["from"]?.ToString().Contains("parent.inputs.window_start", StringComparison.Ordinal) == true);
        if (steps != 1 || plan.EndAt is not null || plan.Delay > 0 || definition["inputs"]?["window_end"] is not null)
        {
            throw SlipwayException.Invalid(
                $"A dataflow of several steps that goes by whole numbers has one step of type dataflow whose window is from: ${{{{parent.inputs.window_start}}}}, with to and delay there in place of {DataflowFile.Field}, and no input window_end: it is known only when the step is done.");
        }
    }

    /// <summary>Windows of time and of whole numbers are not continued by each other.</summary>
    private async Task CheckAxisAsync(Dataflow dataflow, WindowPlan plan, CancellationToken ct)
    {
        if (await store.FindAsync(dataflow.Caller.Workspace, dataflow.Name, ct) is { } before
            && before.Plan().IsOpenEnded != plan.IsOpenEnded && await store.LastEndAsync(before.Id, ct) is not null)
        {
            throw SlipwayException.Conflict(
                $"The dataflow '{dataflow.Name}' has windows of {(plan.IsOpenEnded ? "time, and start is a whole number" : "whole numbers, and start is a time")}; delete it first, or give this one another name.");
        }
    }

    /// <summary>None may wait for itself.</summary>
    private async Task CheckDependenciesAsync(Dataflow dataflow, WindowPlan plan, CancellationToken ct)
    {
        var open = new Queue<string>(plan.DependsOn);
        var seen = new HashSet<string>();
        while (open.TryDequeue(out var name))
        {
            if (name == dataflow.Name)
                throw SlipwayException.Invalid($"{DataflowFile.Field}.depends_on: '{name}' would wait for itself.");
            if (!seen.Add(name))
                continue;
            var other = await store.FindAsync(dataflow.Caller.Workspace, name, ct)
                ?? throw SlipwayException.NotFound($"{DataflowFile.Field}.depends_on: dataflow", name);
            if (other.Plan().IsOpenEnded)
                throw SlipwayException.Invalid($"{DataflowFile.Field}.depends_on: '{name}' goes by whole numbers and so has no windows of a time.");
            foreach (var next in other.Plan().DependsOn)
                open.Enqueue(next);
        }
    }

    /// <param name="Files">The digest of the tree of each local path that the YAML names.</param>
    public sealed record Request(string Yaml, string? Source, IReadOnlyDictionary<string, string>? Files);
}
