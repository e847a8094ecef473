using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Slipway.Data;
using Slipway.Jobs.Definitions;
using Slipway.Jobs.Execution;

namespace Slipway.Jobs.Assets;

/// <summary>A version of a component or environment.</summary>
internal sealed record RegisteredAsset
{
    private static readonly string[] s_apart = ["$schema", "name", "version", "display_name", "description", "tags", "properties"];

    public required string Id { get; init; }

    public required string Workspace { get; init; }

    public required string Kind { get; init; }

    public required string Name { get; init; }

    public required string Version { get; init; }

    public required string Digest { get; init; }

    public required string Yaml { get; init; }

    public required string Definition { get; init; }

    public required string Files { get; init; }

    public string? Description { get; init; }

    public required string Tags { get; init; }

    public required bool Archived { get; init; }

    public required long CreatedAt { get; init; }

    public required string CreatedBy { get; init; }

    /// <summary>The name of components that nobody registered.</summary>
    public const string Anonymous = "azureml_anonymous";

    public bool IsAnonymous => Name == Anonymous;

    public string Node => $"{Kind}:{Name}@{Version}";

    /// <summary>Where its definition lies among a job's files. So deep that the '..' of its paths stay below its name.</summary>
    public string Key => $"azureml:{Kind}/{Name}/{Version}/{string.Concat(Enumerable.Repeat("-/", MostLevelsUp))}{Kind}.yml";

    /// <summary>How many folders up a path of a registered definition may go.</summary>
    public const int MostLevelsUp = 8;

    /// <summary>The trees of its files, as a job that uses it names them.</summary>
    public IEnumerable<KeyValuePair<string, Digest>> FilesInJob() => JobsJson.ReadMap(Files).Select(file =>
        KeyValuePair.Create(LocalPaths.Join(LocalPaths.FolderOf(Key), file.Key), Data.Digest.Parse(file.Value)));

    /// <summary>Of what it does, without names and words for people.</summary>
    public static string DigestOf(JsonObject definition, IReadOnlyDictionary<string, Data.Digest> trees)
    {
        var what = definition.DeepClone().AsObject();
        foreach (var name in s_apart)
            what.Remove(name);
        var lines = trees.OrderBy(file => file.Key, StringComparer.Ordinal).Select(file => $"{file.Key} {file.Value}").Prepend(what.ToJsonString());
        return "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', lines))));
    }

    public JsonObject ReadDefinition() => JsonNode.Parse(Definition)!.AsObject();
}
