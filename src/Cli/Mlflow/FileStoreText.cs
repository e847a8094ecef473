using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Slipway.Kernel;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Slipway.Cli.Mlflow;

/// <summary>The files of an mlruns folder: meta.yaml with the fields, one file for each tag, param and metric.</summary>
internal static class FileStoreText
{
    private static readonly EnumerationOptions s_below = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };

    /// <summary>The fields of a YAML file; null when there is no such file.</summary>
    public static JsonObject? Yaml(string folder, string name)
    {
        var file = Path.Combine(folder, name);
        if (!File.Exists(file))
            return null;
        try
        {
            var stream = new YamlStream();
            using var reader = new StreamReader(file);
            stream.Load(reader);
            return stream.Documents is [{ RootNode: YamlMappingNode root }]
                ? Json(root)!.AsObject()
                : throw SlipwayException.Invalid($"{file} holds no fields; MLflow writes 'name: value' there.");
        }
        catch (YamlException exception)
        {
            throw SlipwayException.Invalid($"{file}:{exception.Start.Line}:{exception.Start.Column}: {exception.Message}");
        }
    }

    /// <summary>A field as a text; null when it is null or not there.</summary>
    public static string? Text(this JsonObject fields, string name) => fields[name] is JsonValue value ? (string?)value : null;

    public static long? Number(this JsonObject fields, string name) => fields.Text(name) is not { } text ? null
        : double.TryParse(text, CultureInfo.InvariantCulture, out var number) ? (long)number
        : throw SlipwayException.Invalid($"'{name}' is '{text}', which is no number.");

    /// <summary>The files below a folder by their keys, which may have slashes.</summary>
    public static IEnumerable<(string Key, string File)> Files(string folder, string below)
    {
        var root = Path.Combine(folder, below);
        return !Directory.Exists(root) ? [] : Directory.EnumerateFiles(root, "*", s_below)
            .Select(file => (Path.GetRelativePath(root, file).Replace('\\', '/'), file))
            .OrderBy(file => file.Item1, StringComparer.Ordinal);
    }

    public static JsonObject Texts(string folder, string below) =>
        new(Files(folder, below).Select(file => KeyValuePair.Create(file.Key, (JsonNode?)File.ReadAllText(file.File, Encoding.UTF8))));

    /// <summary>The folders of a folder that have a meta.yaml.</summary>
    public static IEnumerable<(string Folder, JsonObject Meta)> Metas(string folder, string below)
    {
        foreach (var child in Folders(Path.Combine(folder, below)))
        {
            if (Yaml(child, "meta.yaml") is { } meta)
                yield return (child, meta);
        }
    }

    /// <summary>What can be read of the folders that have a meta.yaml; of the others it is told why not.</summary>
    public static IEnumerable<T> Things<T>(string folder, List<string> broken, Func<(string Folder, JsonObject Meta), T?> read)
        where T : class
    {
        foreach (var child in Folders(folder))
        {
            T? thing = null;
            try
            {
                if (Yaml(child, "meta.yaml") is { } meta)
                    thing = read((child, meta));
            }
            catch (Exception exception) when (exception is SlipwayException or FormatException or IOException or UnauthorizedAccessException)
            {
                // A folder that a crash left behind must not keep the others from coming.
                broken.Add($"{child}: {exception.Message}");
            }

            if (thing is not null)
                yield return thing;
        }
    }

    private static IEnumerable<string> Folders(string folder) =>
        Directory.Exists(folder) ? Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal) : [];

    // Every scalar is a text; whoever needs a number asks for one.
    private static JsonNode? Json(YamlNode node) => node switch
    {
        YamlMappingNode map => new JsonObject(map.Children.Select(child => KeyValuePair.Create(child.Key.ToString(), Json(child.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Children.Select(Json)]),
        YamlScalarNode { Style: ScalarStyle.Plain, Value: "null" or "~" or "" or null } => null,
        YamlScalarNode scalar => scalar.Value,
        _ => null,
    };
}
