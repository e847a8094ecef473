using System.Globalization;
using System.Text.Json.Nodes;

namespace Slipway.Cli.Mlflow;

/// <summary>Registered models of an mlruns folder.</summary>
internal static class FileModels
{
    /// <summary>The stage of a version that was deleted.</summary>
    public const string DeletedStage = "Deleted_Internal";

    public static SourceModel Read((string Folder, JsonObject Meta) found)
    {
        var (folder, meta) = found;
        var name = meta.Text("name") ?? Path.GetFileName(folder);
        var aliases = FileStoreText.Files(folder, "aliases").ToDictionary(file => file.Key, file => File.ReadAllText(file.File).Trim());
        foreach (var (alias, version) in meta["aliases"] as JsonObject ?? [])
            aliases.TryAdd(alias, (string)version!);
        return new SourceModel(
            name,
            new JsonObject
            {
                ["name"] = name,
                ["createdAt"] = meta.Number("creation_timestamp") ?? 0,
                ["updatedAt"] = meta.Number("last_updated_timestamp") ?? 0,
                ["description"] = meta.Text("description"),
                ["tags"] = FileStoreText.Texts(folder, "tags"),
                ["aliases"] = new JsonObject(aliases.Select(alias =>
                    KeyValuePair.Create(alias.Key, (JsonNode?)int.Parse(alias.Value, CultureInfo.InvariantCulture)))),
            },
            [.. FileStoreText.Metas(folder, "").Where(version => version.Meta.Text("version") is not null
                && version.Meta.Text("current_stage") != DeletedStage).Select(Version).OrderBy(version => version.Number)]);
    }

    private static SourceVersion Version((string Folder, JsonObject Meta) found)
    {
        var (folder, meta) = found;
        var number = (int)meta.Number("version")!.Value;
        var run = meta.Text("run_id") is { Length: > 0 } id ? id : null;
        return new SourceVersion(number, meta.Text("source") ?? "", meta.Text("storage_location"), run, new JsonObject
        {
            ["number"] = number,
            ["createdAt"] = meta.Number("creation_timestamp") ?? 0,
            ["updatedAt"] = meta.Number("last_updated_timestamp") ?? 0,
            ["runId"] = run,
            ["runLink"] = meta.Text("run_link"),
            ["modelId"] = meta.Text("model_id"),
            ["description"] = meta.Text("description"),
            ["createdBy"] = meta.Text("user_id"),
            ["stage"] = meta.Text("current_stage"),
            ["tags"] = FileStoreText.Texts(folder, "tags"),
        });
    }
}
