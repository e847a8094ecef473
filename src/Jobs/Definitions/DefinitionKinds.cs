using Slipway.Jobs.Definitions.Schema;
using Slipway.Jobs.Definitions.Yaml;
using Slipway.Kernel;

namespace Slipway.Jobs.Definitions;

/// <summary>A kind of definition.</summary>
/// <param name="Schemas">Last segments of <c>$schema</c> that mean it, in lower case and without ".schema.json".</param>
/// <param name="Tells">Whether the keys of a definition tell the kind, where <c>$schema</c> does not.</param>
internal sealed record DefinitionKind(string Name, IReadOnlyList<string> Schemas, Func<JobTables, Shape> Shape, Func<YamlMap, bool> Tells);

/// <summary>All kinds of definitions.</summary>
internal static class DefinitionKinds
{
    // In this order: the first that the keys tell wins.
    private static readonly DefinitionKind[] s_all =
    [
        new("schedule", ["schedule", "monitorschedule"], ScheduleTables.Schedule, map => Has(map, "trigger")),
        new("rollout", ["rollout"], _ => RolloutTables.Rollout, map => IsType(map, "rollout")),
        new("alert-rule", ["alertrule"], _ => AlertTables.AlertRule, map => IsType(map, "alert_rule")),
        new("anomaly-detector", ["anomalydetector"], _ => AnomalyTables.Detector, map => IsType(map, "anomaly_detector")),
        new("receiver", ["receiver"], _ => AlertTables.Receiver, map => IsType(map, "receiver")),
        new("component", ["commandcomponent", "pipelinecomponent", "sparkcomponent", "parallelcomponent", "importcomponent", "component"],
            tables => tables.Component, IsComponent),
        new("batch-deployment", ["batchdeployment", "modelbatchdeployment", "pipelinecomponentbatchdeployment"], _ => BatchTables.Deployment, IsBatchDeployment),
        new("job", ["commandjob", "pipelinejob", "sweepjob", "automljob", "sparkjob", "paralleljob", "job"], tables => tables.Job, IsJob),
        new("mltable", ["mltable"], _ => MLTableTable.Table, map => Has(map, "paths") || Has(map, "transformations")),
        // A step of a dataflow has a source, too.
        new("import", ["dataimport", "import"], _ => AssetTables.DataImport, map => Has(map, "source") && !IsType(map, "dataflow")),
        new("data", ["data"], _ => AssetTables.Data, map => IsType(map, "uri_folder", "uri_file", "mltable")),
        new("model", ["model"], _ => AssetTables.Model, map => IsType(map, "custom_model", "mlflow_model", "triton_model")),
        new("compute", ["compute", "amlcompute", "computeinstance", "kubernetescompute", "virtualmachinecompute", "synapsesparkcompute"],
            _ => ResourceTables.Compute, map => IsType(map, [.. ResourceTables.Compute.Cases.Keys])),
        new("connection", ["connection", "workspaceconnection"], _ => ResourceTables.Connection, map => Has(map, "target") && Has(map, "credentials")),
        new("datastore", ["datastore", "azureblob", "azurefile", "azuredatalakegen1", "azuredatalakegen2", "onelake"],
            _ => DatastoreTable.Datastore, map => IsType(map, [.. DatastoreTable.Datastore.Cases.Keys])),
        new("batch-endpoint", ["batchendpoint"], _ => BatchTables.Endpoint, map => Has(map, "auth_mode") && IsWord(map, "auth_mode", "aad_token") && !Has(map, "traffic")),
        new("online-endpoint", ["onlineendpoint", "managedonlineendpoint", "kubernetesonlineendpoint"],
            _ => EndpointTables.Endpoint, map => Has(map, "auth_mode") || Has(map, "traffic")),
        new("online-deployment", ["onlinedeployment", "managedonlinedeployment", "kubernetesonlinedeployment"],
            _ => EndpointTables.Deployment, map => Has(map, "endpoint_name") || Has(map, "instance_type") || Has(map, "code_configuration")),
        new("workspace", ["workspace"], _ => ResourceTables.Workspace, map => Has(map, "managed_network") || Has(map, "hbi_workspace")),
        new("registry", ["registry"], _ => ResourceTables.Registry, map => Has(map, "replication_locations")),
        new("conda", [], _ => EnvironmentTable.Conda, IsConda),
        new("environment", ["environment"], _ => EnvironmentTable.Asset, map => Has(map, "image") || Has(map, "build") || Has(map, "dependencies")),
    ];

    public static IReadOnlyList<string> Names { get; } = [.. s_all.Select(kind => kind.Name).Order(StringComparer.Ordinal)];

    public static DefinitionKind Get(string name) => s_all.FirstOrDefault(kind => kind.Name == name)
        ?? throw SlipwayException.Invalid($"'{name}' is not a kind of definition.{Nearest.Hint(name, Names)} Known: {string.Join(", ", Names)}.");

    /// <summary>By <c>$schema</c>, else by the file's name, else by the keys that tell; null when nothing does.</summary>
    public static DefinitionKind? Detect(YamlMap root, string source, JobTables tables)
    {
        if (root.Text("$schema") is { } schema && BySchema(schema) is { } named)
            return named;
        if (Path.GetFileName(source) == "MLTable")
            return Get("mltable");
        return s_all.FirstOrDefault(kind => kind.Tells(root))
            ?? (root.Text("type") is { } type && tables.Job.Cases.ContainsKey(type) ? Get("job") : null);
    }

    // https://…/latest/commandJob.schema.json, http://azureml/sdk-2-0/CommandComponent.json
    private static DefinitionKind? BySchema(string address)
    {
        var name = address.TrimEnd('/').Split('/')[^1].Split('.')[0].ToLowerInvariant();
        return s_all.FirstOrDefault(kind => kind.Schemas.Contains(name));
    }

    private static bool IsComponent(YamlMap map)
    {
        var looksRun = Has(map, "command") || Has(map, "jobs") || Has(map, "entry") || Has(map, "task");
        var declares = (map.Map("inputs")?.Entries ?? []).Any(entry => entry.Value is YamlMap input && Has(input, "type")
            && !Has(input, "path") && !Has(input, "value"));
        return looksRun && Has(map, "name") && (Has(map, "version") || Has(map, "is_deterministic") || declares);
    }

    private static bool IsConda(YamlMap map) =>
        (Has(map, "dependencies") || Has(map, "channels")) && !Has(map, "image") && !Has(map, "build") && !Has(map, "conda_file") && !Has(map, "version");

    private static bool IsJob(YamlMap map) =>
        Has(map, "jobs") || Has(map, "command") || Has(map, "trial") || IsType(map, "pipeline", "command", "sweep", "automl", "spark");

    private static bool IsBatchDeployment(YamlMap map) =>
        Has(map, "job_definition") || Has(map, "output_action") || Has(map, "mini_batch_size") || IsType(map, "model")
        || (map.Map("settings") is { } settings && (Has(settings, "mini_batch_size") || Has(settings, "output_action")))
        || (IsType(map, "pipeline") && Has(map, "endpoint_name"));

    private static bool Has(YamlMap map, string key) => map.Find(key) is not null;

    private static bool IsType(YamlMap map, params string[] types) => IsWord(map, "type", types);

    private static bool IsWord(YamlMap map, string key, params string[] words) => map.Text(key) is { } text && new ChoiceShape(words).Find(text) is not null;
}
