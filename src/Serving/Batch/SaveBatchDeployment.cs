using System.Text.Json.Nodes;
using Slipway.Data;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Registry.Contracts;
using Slipway.Security.Contracts;
using Slipway.Serving.Batch.Scoring;
using Slipway.Serving.Online;

namespace Slipway.Serving.Batch;

/// <summary>Checks a batch deployment and keeps it; one of the same name is replaced, and invocations from then on run the new one.</summary>
internal sealed class SaveBatchDeployment(
    Database database, BatchStore store, ContentStore content, IModelRegistry registry, IJobs jobs, LineageLog lineage, IAccess access, IAuditLog audit)
{
    // Older files have these at the root; both forms mean the same.
    private static readonly string[] s_settings =
    [
        "error_threshold", "logging_level", "max_concurrency_per_instance", "mini_batch_size", "output_file_name", "output_action", "retry_settings",
    ];

    public async Task<BatchDeployment> RunAsync(
        Caller caller, string endpoint, string name, DefinitionFile file, IReadOnlyDictionary<string, Digest> files, bool setDefault, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Write, $"batch-endpoint:{endpoint}", ct);
        ServingName.Check("a batch deployment's name", name);
        await store.GetAsync(caller.Workspace, endpoint, ct);
        foreach (var tree in files.Values)
            await content.KeepTreeAsync(tree, ct);
        var definition = Normal(Definitions.Read(file with { Kind = "batch-deployment" }));
        (definition["name"], definition["endpoint_name"]) = (name, endpoint);
        var wanted = new BatchDeployment
        {
            Endpoint = endpoint,
            Name = name,
            Type = definition["type"]?.ToString() ?? BatchDeployment.OfModel,
            Definition = definition,
            Source = file.Source,
            Files = files,
            CreatedAt = default,
        };
        var whole = wanted.Type == BatchDeployment.OfPipeline ? await PipelineAsync(caller, wanted, ct) : await ModelAsync(caller, wanted, ct);
        await database.WriteAsync(
            async (tx, token) =>
            {
                await store.PutDeploymentAsync(tx, caller, whole, setDefault, token);
                if (whole.Model is not null)
                    await lineage.AppendAsync(tx, caller, [new NewEdge("deployed", $"model:{whole.Model}@{whole.ModelVersion}", whole.Node)], token);
            },
            ct);
        await audit.AppendAsync(caller, "batch_deployment.save", whole.Node, detail: null, ct);
        return (await store.GetAsync(caller.Workspace, endpoint, ct)).Choose(name);
    }

    /// <summary>Changes fields of one that is there; its files stay.</summary>
    public async Task<BatchDeployment> ChangeAsync(
        Caller caller, string endpoint, string name, IReadOnlyList<DefinitionEdit> edits, bool setDefault, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Write, $"batch-endpoint:{endpoint}", ct);
        var before = (await store.GetAsync(caller.Workspace, endpoint, ct)).Choose(name);
        if (edits.Any(edit => edit.Field is "name" or "endpoint_name" or "type"))
            throw SlipwayException.Invalid("The name, the endpoint and the type of a batch deployment do not change; create another one.");
        var kept = before.Definition.DeepClone().AsObject();
        kept.Remove("job_yaml");
        var changed = new DefinitionFile { Yaml = kept.ToJsonString(), Source = before.Source, Edits = edits };
        return await RunAsync(caller, endpoint, name, changed, before.Files, setDefault, ct);
    }

    private static JsonObject Normal(JsonObject definition)
    {
        if (definition["type"]?.ToString() == BatchDeployment.OfPipeline)
            return definition;
        var settings = definition["settings"] as JsonObject ?? [];
        definition["settings"] = settings.Parent is null ? settings : settings.DeepClone();
        foreach (var field in s_settings.Where(definition.ContainsKey))
        {
            var value = definition[field]!.DeepClone();
            definition.Remove(field);
            ((JsonObject)definition["settings"]!).TryAdd(field, value);
        }

        definition["type"] = BatchDeployment.OfModel;
        return definition;
    }

    private async Task<BatchDeployment> ModelAsync(Caller caller, BatchDeployment wanted, CancellationToken ct)
    {
        if (wanted.Definition["model"] is not JsonValue reference)
            throw SlipwayException.Invalid("model: name a registered model, azureml:NAME:VERSION; a local one is registered by the command line.");
        var text = reference.ToString();
        var name = text.StartsWith("azureml:", StringComparison.Ordinal) ? text["azureml:".Length..] : text;
        var version = await registry.FindAsync(caller, name, ct) ?? throw SlipwayException.NotFound("Model version", name);
        var files = (await content.GetTreeAsync(version.Tree, ct)).Entries;
        if (wanted.Definition["settings"]?["output_file_name"]?.ToString() is { } file)
            BatchScoreSettings.FileName(file);
        if (wanted.Definition["code_configuration"] is JsonObject code)
            await CheckScriptAsync(wanted, code, ct);
        else if (!files.Any(entry => entry.Path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase) || Path.GetFileName(entry.Path) == "MLmodel"))
            throw SlipwayException.Invalid($"{version.Node} is neither ONNX nor a model of MLflow; say with code_configuration which script scores with it.");
        wanted.Definition["model"] = $"azureml:{version.Model}:{version.Number}";
        return wanted with { Model = version.Model, ModelVersion = version.Number };
    }

    private async Task CheckScriptAsync(BatchDeployment wanted, JsonObject code, CancellationToken ct)
    {
        var (folder, script) = (code["code"]!.ToString(), code["scoring_script"]!.ToString());
        var tree = Definitions.FileOf(wanted.Files, folder)
            ?? throw SlipwayException.Invalid($"code_configuration.code: '{folder}' did not come with the deployment; send its tree under files['{folder}'].");
        if (!(await content.GetTreeAsync(tree, ct)).Entries.Any(entry => entry.Path == script))
            throw SlipwayException.Invalid($"code_configuration.scoring_script: there is no '{script}' in '{folder}'.");
    }

    private async Task<BatchDeployment> PipelineAsync(Caller caller, BatchDeployment wanted, CancellationToken ct)
    {
        if (wanted.Definition["component"] is JsonValue component)
        {
            var text = component.ToString();
            return text.StartsWith("azureml:", StringComparison.Ordinal) || Definitions.FileOf(wanted.Files, text) is not null
                ? wanted
                : throw SlipwayException.Invalid($"component: '{text}' did not come with the deployment; send its tree under files['{text}'].");
        }

        if (wanted.Definition["component"] is not null)
            return wanted;
        var name = wanted.Definition["job_definition"]!.ToString();
        name = name.StartsWith("azureml:", StringComparison.Ordinal) ? name["azureml:".Length..] : name;
        var job = await jobs.FindSubmittedAsync(caller, name, ct) ?? throw SlipwayException.NotFound("Job", name);
        wanted.Definition["job_yaml"] = job.Yaml;
        return wanted with { Source = job.Source, Files = job.Files };
    }
}
