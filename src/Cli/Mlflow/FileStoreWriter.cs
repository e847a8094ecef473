using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Slipway.Kernel;

namespace Slipway.Cli.Mlflow;

/// <summary>Writes the files of an mlruns folder.</summary>
internal sealed class FileStoreWriter(ImportReport report)
{
    private static readonly JsonSerializerOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The artifacts are in a store that the server only names.</summary>
    public static bool IsElsewhere(JsonNode? uri) => (string?)uri is { } text && !text.StartsWith("mlflow-artifacts:", StringComparison.Ordinal);

    /// <summary>A path below a folder; a server is not to be trusted with this disk.</summary>
    public static string Below(string folder, string path)
    {
        var whole = Path.GetFullPath(Path.Combine(folder, path));
        return whole.StartsWith(Path.GetFullPath(folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? whole
            : throw SlipwayException.Invalid($"The server sent '{path}', which leaves the folder.");
    }

    /// <summary>As Python writes it.</summary>
    public static string Value(double value) => double.IsNaN(value) ? "nan"
        : double.IsInfinity(value) ? (value > 0 ? "inf" : "-inf")
        : value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>Pairs of the wire, a file for each.</summary>
    public void Texts(string folder, JsonNode? pairs) => Texts(folder, new JsonObject((pairs as JsonArray ?? [])
        .Select(pair => KeyValuePair.Create((string)pair!["key"]!, (JsonNode?)(string?)pair["value"]))));

    /// <summary>A file for each text.</summary>
    public void Texts(string folder, JsonObject texts)
    {
        Directory.CreateDirectory(folder);
        foreach (var (key, value) in texts)
        {
            if (Place(folder, key) is { } file)
                File.WriteAllText(file, (string?)value ?? "");
        }
    }

    /// <summary>The file of a key; null when it cannot be: "a" and "a/b" are two keys here, and no file and folder there.</summary>
    public string? Place(string folder, string key)
    {
        var file = Below(folder, key);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            if (!Directory.Exists(file))
                return file;
        }
        catch (IOException)
        {
            // A part of the key is a file.
        }

        report.LeftOut($"{file}: an mlruns folder cannot have both this key and one that it begins, or goes on with after a '/'");
        return null;
    }

    // JSON is YAML too, and needs no rules of quoting of its own.
    public static void Write(string folder, JsonObject fields, string name = "meta.yaml")
    {
        Directory.CreateDirectory(folder);
        var text = new StringBuilder();
        foreach (var (field, value) in fields)
            text.Append(field).Append(": ").Append(value?.ToJsonString(s_json) ?? "null").Append('\n');
        File.WriteAllText(Below(folder, name), text.ToString());
    }

    /// <summary>The folder as MLflow names it.</summary>
    public static string Uri(string folder) => new Uri(folder).AbsoluteUri;

    // MLflow's own names of these folders; nothing is secured by them.
#pragma warning disable CA5351
    public static string Md5(string text) => Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(text)));
#pragma warning restore CA5351
}
