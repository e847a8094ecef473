using System.Text.Json.Nodes;
using Slipway.Jobs.Assets;
using Slipway.Jobs.Definitions.Schema;
using Slipway.Jobs.Definitions.Yaml;

namespace Slipway.Jobs.Definitions;

/// <summary>Collects the fields of a step's kind, from the step and from its component.</summary>
internal sealed class StepSettings(SourceFiles files)
{
    // Typed properties of the step, for all kinds; they are not repeated among the settings.
    private static readonly string[] s_typed = ["limits", "resources", "environment_variables", "trial", "training_data", "validation_data", "test_data"];

    // Of a registered environment they say who it is, not what it does; the cache must not see them.
    private static readonly string[] s_assetNames = ["$schema", "name", "version", "description", "tags", "properties"];

    private readonly JsonObject _json = [];

    public List<SettingFile> Files { get; } = [];

    public JsonObject Fields() => Read(_json);

    /// <summary>
    /// The same as it comes from a reader: a number that was put in as long can be taken out only as long, one that was
    /// read as int or double too.
    /// </summary>
    public static JsonObject Read(JsonObject made) => JsonNode.Parse(made.ToJsonString())!.AsObject();

    /// <param name="pieces">Later ones win.</param>
    public void Read(KindTable kind, IReadOnlyList<Piece> pieces)
    {
        foreach (var field in kind.Own.Where(field =>
            kind.IsOwn || !s_typed.Contains(field.Name) || (kind.HasOwnLimits && field.Name == "limits")))
        {
            if (pieces.LastOrDefault(piece => Value(piece.Map, field) is not null) is not { } piece)
                continue;
            if (field.Name == "environment" && piece.Map.Scalar("environment") is { } reference)
                Environment(piece, reference);
            else
                Add(piece, field);
        }
    }

    private static YamlNode? Value(YamlMap map, Field field) =>
        map[field.Name] ?? field.Aliases.Select(alias => map[alias]).FirstOrDefault(value => value is not null);

    private void Add(Piece piece, Field field)
    {
        _json[field.Name] = field.Shape.Json(Value(piece.Map, field)!);
        var at = piece.At(field.Name);
        foreach (var named in piece.File.Check.Files.Where(named =>
            named.Field.StartsWith(at, StringComparison.Ordinal) && (named.Field.Length == at.Length || named.Field[at.Length] is '.' or '[')))
        {
            Files.Add(new SettingFile(field.Name + named.Field[at.Length..], named.Path));
        }
    }

    // An environment in a file of its own is as good as one written here.
    private void Environment(Piece piece, YamlScalar written)
    {
        _json["environment"] = written.Text;
        if (ExpressionReader.HasExpression(written.Text)
            || ReferenceReader.Read(written.Text, ReferenceUse.Environment, piece.Folder, out _) is not { } reference)
        {
            return;
        }

        var file = reference is LocalPath path
            ? files.Open(path, EnvironmentTable.Inline, written, piece.At("environment"))
            : files.OpenRegistered(AssetKind.Environment, reference, EnvironmentTable.Asset);
        if (file is null)
            return;

        var environment = (JsonObject)EnvironmentTable.Inline.Json(file.Root)!;
        foreach (var name in reference is LocalPath ? [] : s_assetNames)
            environment.Remove(name);
        _json["environment"] = environment;
        Files.AddRange(file.Check.Files.Select(named => new SettingFile($"environment.{named.Field}", named.Path)));
    }
}
